"""Where documents are kept: written once, never overwritten."""
