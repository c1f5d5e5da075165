"""Checking a cron line where file and line are still known."""

from service.domain.cron import Cron


def checked_cron(text: str) -> str:
    """The cron line with single spaces; ValueError says which field is wrong and why."""
    Cron.parse(text)
    return " ".join(text.lower().split())
