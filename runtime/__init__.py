"""What runs the engine: settings, logging, Temporal client, embedded server, registry."""
