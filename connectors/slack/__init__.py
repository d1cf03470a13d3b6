"""Slack: its Web API, what messages look like there, and how earlier ones are found."""
