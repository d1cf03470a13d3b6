"""The result of a rehearsal: read, held against expectations, compared, written down."""
