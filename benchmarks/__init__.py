"""Measures the engine against a bare Temporal workflow, on one server, in one run: `make bench`."""
