"""The way in for alerts and reports, over HTTP."""
