"""Checks of a policy: each a small function that yields what it finds, listed by its subject."""
