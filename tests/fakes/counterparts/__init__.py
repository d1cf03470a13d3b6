"""The other side of each kind of channel, as the conformance tests need it."""
