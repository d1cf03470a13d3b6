"""Ways for a message to leave the engine: webhook, e-mail, console, log."""
