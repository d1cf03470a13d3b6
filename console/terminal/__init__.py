"""The output of the console: text, times, phrases, errors and exit codes."""
