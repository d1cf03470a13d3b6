"""`dev`, `demo`, `setup`: the embedded stack."""
