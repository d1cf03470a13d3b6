"""How an incident pages: the escalation, the page under way, the first page."""
