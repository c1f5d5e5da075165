"""Fixtures that every ring may ask for, and how long a property may think: as long as it takes."""

from hypothesis import HealthCheck, settings

from tests.support.servers import migrated, postgres, postgres_url, shared

__all__ = ["migrated", "postgres", "postgres_url", "shared"]

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
