"""Incidents as people report, command, find and read them."""
