"""Words for people, which console, pages, messages and reports share."""
