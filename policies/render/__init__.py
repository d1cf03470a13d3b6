"""A policy as the document that people read, made of what the engine enforces."""
