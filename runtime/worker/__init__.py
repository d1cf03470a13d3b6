"""The worker: what it runs, in which lanes, and how it starts and stops."""
