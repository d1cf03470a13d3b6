"""The embedded stack: starts, watches and stops server, worker and intake as processes."""
