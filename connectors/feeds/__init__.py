"""Calendar feeds: another tool says who is on call."""
