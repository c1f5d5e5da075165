"""Prometheus metrics: which there are, and how the store's numbers become them."""
