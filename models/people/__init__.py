"""People: what they may do, hold and have on their hands, and when they are on call."""
