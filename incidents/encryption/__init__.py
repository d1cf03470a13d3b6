"""Encrypts what Temporal stores."""
