"""Who may do what: authority, approvals, overrides, and how far back a fact may be dated."""
