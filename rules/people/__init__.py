"""Who may do what, who holds which role, who is on call."""
