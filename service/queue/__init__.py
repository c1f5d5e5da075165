"""The queue adapters: sending jobs through Celery, and the broker that comes with the package."""
