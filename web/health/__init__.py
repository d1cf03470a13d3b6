"""Whether the process lives, and whether it can hand on what arrives."""
