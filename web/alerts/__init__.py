"""Alerts that monitoring delivers: one file for each format."""
