"""The rules of aprejoin: values in, values out. Standard library only, no I/O, no clock."""
