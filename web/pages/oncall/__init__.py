"""The page that shows who is on call, now and in the next weeks."""
