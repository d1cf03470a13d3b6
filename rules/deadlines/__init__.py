"""What is due, and what follows when it is."""
