"""What needs zone and holiday data: calendars, shifts, hours. Nothing that replays imports it."""
