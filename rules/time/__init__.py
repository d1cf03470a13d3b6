"""How time counts: segments, working days, targets, reckoning. No zone data is read here."""
