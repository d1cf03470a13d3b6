"""Messages that leave the engine, and what channels answer."""
