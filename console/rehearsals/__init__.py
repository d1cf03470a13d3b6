"""`rehearse`: a scenario played under a policy."""
