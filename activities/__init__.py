"""Each effect on the world, one a file."""
