"""Simulated AireOS controllers: their own login dialogue over SSH, an SNMP agent, the same APs.

Built from the device facts, section by section; what those mark as an assumption is marked
`unverified` where it stands. Shares no code with the AireOS driver, which it judges.
"""
