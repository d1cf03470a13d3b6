"""The engine as the console reaches it: over Temporal, or over the API of a web server."""
