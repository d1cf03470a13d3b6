"""What commands do: each is judged, then applied to the record."""
