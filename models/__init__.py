"""Frozen data: what an incident, an alert, a command, a policy, a clock and a message are."""
