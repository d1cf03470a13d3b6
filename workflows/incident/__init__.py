"""The durable incident: a switchboard, and components that each own one thing."""
