"""Who asks: by a token, by a link, or by a claim."""
