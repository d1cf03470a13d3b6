"""A policy file in: load, check, compile; and the policies that we ship."""
