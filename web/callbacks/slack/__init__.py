"""Slack: requests that it signs, and what people do there."""
