"""`calendar`: what a calendar, a target or a date comes to."""
