"""`tokens`: who holds a token for the API."""
