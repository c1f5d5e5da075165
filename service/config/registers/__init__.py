"""Registers of devices from which an inventory can be drafted: NetBox and Nautobot."""
