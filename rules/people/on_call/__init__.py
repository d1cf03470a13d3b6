"""Words about who is on call; no zone data is read here."""
