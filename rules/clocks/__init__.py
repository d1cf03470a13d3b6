"""Clocks and what drives them: moments, conditions, runs, breaches, metrics."""
