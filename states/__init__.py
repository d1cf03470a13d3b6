"""The lifecycle of an incident: states, triggers, and the one table that joins them."""
