"""Who holds a token for the API, and whether it counts."""
