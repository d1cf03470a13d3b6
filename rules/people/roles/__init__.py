"""Who holds which role: assigned, handed over, leading, in too many incidents at once."""
