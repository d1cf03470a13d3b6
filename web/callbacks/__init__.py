"""What other services tell the web server about people: what they press, fill in and type there."""
