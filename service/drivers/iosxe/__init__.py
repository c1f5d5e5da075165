"""The Catalyst 9800 (IOS XE) driver: NETCONF."""
