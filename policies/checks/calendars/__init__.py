"""Checks of calendars: whether they exist, whom they cover, when nobody is there."""
