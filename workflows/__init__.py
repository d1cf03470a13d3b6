"""The durable workflows, such as an incident and the alert group that feeds it."""
