"""What an incident does beside the response: one attempt at a time, again in a minute."""
