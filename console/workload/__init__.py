"""`workload`: what one person or channel has on their hands over all incidents."""
