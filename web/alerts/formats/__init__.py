"""The alert formats: one file each, listed in `table.py`."""
