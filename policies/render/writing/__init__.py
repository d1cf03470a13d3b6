"""What the document is written with: blocks, words, drawings."""
