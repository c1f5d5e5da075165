"""The page: HTML made on the server, for people. Calls use cases only; works without JavaScript."""
