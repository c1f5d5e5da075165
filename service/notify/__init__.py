"""Telling others: webhooks by HTTP, and the secrets that sign them."""
