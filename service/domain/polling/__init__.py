"""Asking a controller no more than is needed, and knowing how old the rest is: pure."""
