"""Time as policies and incidents speak of it: calendars, clocks, cadences and moments."""
