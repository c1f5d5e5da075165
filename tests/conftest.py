"""Fixtures that every ring may ask for."""

from tests.support.servers import migrated, postgres, postgres_url, shared

__all__ = ["migrated", "postgres", "postgres_url", "shared"]
