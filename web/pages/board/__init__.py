"""The board: the open incidents, and who is on call."""
