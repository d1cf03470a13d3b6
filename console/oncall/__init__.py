"""`oncall`: who is on call, and when."""
