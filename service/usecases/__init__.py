"""What aprejoin does, one file a verb. Knows ports, never an adapter."""
