"""The six sections of the document, and their parts."""
