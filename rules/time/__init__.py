"""How time counts: segments, working days, targets, reckoning. This reads no zone data."""
