"""The questions that every policy answers, and their answers."""
