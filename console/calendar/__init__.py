"""`calendar`: calculates with calendars, targets and dates."""
