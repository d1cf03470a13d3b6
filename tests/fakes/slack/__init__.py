"""The other side of Slack: its Web API with its state, and the people who use it."""
