"""NETCONF over SSH in front of a box: framing, sessions, filters, operations, rpc-errors."""
