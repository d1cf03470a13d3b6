"""The API for tools and people."""
