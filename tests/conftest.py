"""Fixtures that every ring may ask for, and how long a property may think: as long as it takes.

What is to be read by people goes to `figures` and is printed at the end of the run.
"""

import sys

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.support.servers import migrated, postgres, postgres_url, shared

__all__ = ["migrated", "postgres", "postgres_url", "shared"]

structlog.configure(  # stdout belongs to the commands under test, whatever else logs meanwhile
    logger_factory=structlog.PrintLoggerFactory(sys.__stderr__)
)
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

FIGURES = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was counted and measured."""
    for line in terminalreporter.config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figures(request) -> list[str]:
    return request.config.stash.setdefault(FIGURES, [])
