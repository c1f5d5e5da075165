"""Fixtures that every ring may ask for, and which examples a property tries, however long it takes.

The same examples each time, so that a change is judged by what it changes; `make explore`
(APREJOIN_EXPLORE) tries others each time and keeps what failed. What is to be read by people goes
to `figures` and is printed at the end of the run.
"""

import os
import sys

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.support.servers import migrated, postgres, postgres_url, shared

__all__ = ["migrated", "postgres", "postgres_url", "shared"]

structlog.configure(  # stdout belongs to the commands under test, whatever else logs meanwhile
    logger_factory=structlog.PrintLoggerFactory(sys.__stderr__)
)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeat", settings.get_profile("explore"), derandomize=True)
settings.load_profile("explore" if os.environ.get("APREJOIN_EXPLORE") else "repeat")

FIGURES = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was counted and measured."""
    for line in terminalreporter.config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figures(request) -> list[str]:
    return request.config.stash.setdefault(FIGURES, [])
