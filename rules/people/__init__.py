"""Who may do what, who holds which role, and who is on call."""
