"""The page of an incident: what it needs, its clocks, its story, and its commands as forms."""
