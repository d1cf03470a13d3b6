"""`overrides`: who is on call instead, without a change of the policy."""
