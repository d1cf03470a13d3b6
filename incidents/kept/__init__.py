"""What outlives an incident's run: policies, and the histories of runs that ended."""
