"""How the console speaks: output, times, phrases, errors and exit codes."""
