"""Who asks, as an OpenID provider says it: by a token for the API, or by a login of a browser."""
