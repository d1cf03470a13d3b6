"""The incident report, and how an incident reads."""
