"""Document stores: each document is written once and never overwritten."""
