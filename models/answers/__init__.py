"""What an incident answers when it is asked."""
