"""Simulated Catalyst 9800 fleet that speaks NETCONF over real SSH and can say no.

It judges the drivers, so it shares no code with them: what it knows comes from the vendor's YANG
modules (by `generate_schema`) and from published device behaviour, never from our own adapters.
"""
