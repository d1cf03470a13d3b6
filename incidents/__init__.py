"""The one client for incidents: open, command, ask, find, hand alerts on."""
