"""What an incident does besides the response: one attempt at a time, the next after a minute."""
