"""The embedded stack: server, worker and intake as processes of our own, watched and ended."""
