"""The durable workflows: an incident, the alert group that feeds it, the archive of a run."""
