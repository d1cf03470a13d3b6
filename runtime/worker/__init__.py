"""The worker: which workflows and activities it runs, in which lanes, and how it starts and stops."""
