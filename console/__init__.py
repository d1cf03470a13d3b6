"""What a person types: commands, views, a live watch."""
