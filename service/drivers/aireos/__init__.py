"""The AireOS driver: polls by SNMP, reads what that lacks and changes by the command line."""
