"""What runs the engine: settings, logging, Temporal client; a worker; the embedded stack."""
