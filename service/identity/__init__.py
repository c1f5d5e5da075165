"""Who callers are where an OpenID Connect issuer says it."""
