"""The one client for incidents: open, command, ask and find them, and hand alerts on."""
