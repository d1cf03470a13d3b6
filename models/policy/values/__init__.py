"""Values as people write them: durations, targets, moments, cadences, limits, lists of names."""
