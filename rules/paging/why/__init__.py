"""Why somebody was paged or not, read from the timeline."""
