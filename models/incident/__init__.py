"""The record of an incident, and what belongs to it."""
