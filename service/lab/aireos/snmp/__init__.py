"""An SNMP agent of our own: BER, versions 2c and 3, the objects that the facts name."""
