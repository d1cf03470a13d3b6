"""What calendars, hours and schedules say now; zone data and feeds are read here."""
