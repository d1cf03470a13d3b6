"""Whether a command is accepted, and the trace of each one that is not."""
