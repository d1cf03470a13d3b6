"""The codec endpoint: encrypts and decrypts payloads for Temporal's own tools."""
