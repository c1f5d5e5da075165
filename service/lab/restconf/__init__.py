"""RESTCONF of a simulated C9800, over the same state as its NETCONF."""
