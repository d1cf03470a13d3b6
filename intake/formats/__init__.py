"""Formats in which alerts come: one file each, listed in `table.py`."""
