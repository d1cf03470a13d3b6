"""Scenario files: loaded, checked against their policy, and put into words."""
