"""Ways for a message to leave the engine, such as webhook, e-mail, console and log."""
