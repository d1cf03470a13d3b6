"""Effects on the world: one activity per file."""
