"""Frozen data: incidents, alerts, commands, policies, clocks and messages."""
