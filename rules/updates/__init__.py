"""Status updates: how often they come, and how all clocks read."""
