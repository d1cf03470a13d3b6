"""A scenario played under a policy: the real workflows, virtual time, no message that leaves."""
