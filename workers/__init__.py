"""Celery processes of aprejoin."""
