"""What happens in incidents, as it happens: one follower for all who look."""
