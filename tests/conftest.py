"""Fixtures that every ring may ask for, and how long a property may think: as long as it takes."""

import sys

import structlog
from hypothesis import HealthCheck, settings

from tests.support.servers import migrated, postgres, postgres_url, shared

__all__ = ["migrated", "postgres", "postgres_url", "shared"]

structlog.configure(  # stdout belongs to the commands under test, whatever else logs meanwhile
    logger_factory=structlog.PrintLoggerFactory(sys.__stderr__)
)
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
