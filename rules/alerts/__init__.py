"""What alerts mean: which group asks for an incident, and what their news changes."""
