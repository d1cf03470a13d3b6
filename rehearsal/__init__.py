"""Plays a scenario under a policy: real workflows, virtual time, and no message leaves."""
