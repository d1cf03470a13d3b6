"""The pages for people: they work on a phone, and without JavaScript."""
