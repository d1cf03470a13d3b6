"""The demonstration: one incident from alert to closure, played on the real stack."""
