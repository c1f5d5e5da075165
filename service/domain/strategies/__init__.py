"""Strategies: which steps, in which order, and when a strategy applies at all."""
