"""Commands for people to report, drive, find and read incidents."""
