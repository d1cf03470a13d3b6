"""`rehearse`: plays a scenario under a policy."""
