"""Calendar feeds: who is on call, as another tool says it."""
