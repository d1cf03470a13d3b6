"""The embedded stack: starts, watches and stops server, worker and web server as processes."""
