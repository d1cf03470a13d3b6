"""`workload`: what one person has to carry over all incidents."""
