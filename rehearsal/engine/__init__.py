"""The rehearsed engine: real workflows on virtual time, with channels that only record."""
