"""Small protocols to the outside: channels, document stores and calendar feeds."""
