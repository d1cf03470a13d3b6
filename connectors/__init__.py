"""The world behind small protocols: channels that carry messages, stores that keep documents."""
