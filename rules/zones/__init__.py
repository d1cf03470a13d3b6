"""Calendars, shifts and hours: what needs zone and holiday data.

Nothing that replays imports it.
"""
