"""The record of an incident: how decisions change it, and what a run carries on."""
