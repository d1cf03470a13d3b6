"""How bad an incident is, and what changes that."""
