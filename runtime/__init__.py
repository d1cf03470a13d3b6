"""What runs the engine: settings, logging, the Temporal client, the embedded server, the registry."""
