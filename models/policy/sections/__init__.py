"""The sections of a policy as people write them."""
