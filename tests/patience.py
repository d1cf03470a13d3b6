"""How long a test waits for what must come. Only what never comes reaches it, on any machine."""

PATIENCE_SECONDS = 600
