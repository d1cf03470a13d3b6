"""From a `Policy` to what an incident carries and what intake decides by."""
