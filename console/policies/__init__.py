"""`policy`: check, render, compare."""
