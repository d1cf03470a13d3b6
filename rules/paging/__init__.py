"""Who is paged when, over which channel, and why."""
