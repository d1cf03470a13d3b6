"""How an incident begins: what a report must contain, who may report, and the first record."""
