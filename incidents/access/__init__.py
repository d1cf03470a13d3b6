"""The tokens of the namespace: read them, make them, end them."""
