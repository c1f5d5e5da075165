"""The moment at which a request has left: watched on a session's own socket or terminal.

A change's own request, not a question before it: NETCONF asks whether the box is busy, and AireOS
is tried for rights and names.
"""

from collections.abc import Callable
from typing import Any, Protocol

from service.domain.changes import Change, RemoveNtp, ResetAp, SaveConfig
from service.drivers.iosxe import transfers

REQUEST = ""
"""What a request of NETCONF is told as: it is one, and no line."""
YES, DELETE = "y", " delete "
_BEGIN = transfers.begin


class Watcher(Protocol):
    """Who is to be told."""

    wire: Callable[[str], None] | None


def lines_of(driver: Any, change: Change) -> frozenset[str]:
    """What of all that a driver sends for a change is the change itself.

    AireOS saves when its question is answered, and takes servers off after it has tried how they
    could be put back.
    """
    if not _is_by_lines(driver):
        return frozenset({REQUEST})
    if isinstance(change, SaveConfig):
        return frozenset({YES})
    if isinstance(change, ResetAp):
        return frozenset()
    is_removal = isinstance(change, RemoveNtp)
    return frozenset(line for line in driver.render(change) if not is_removal or DELETE in line)


def watch(driver: Any, watcher: Watcher) -> None:
    """Tell of every request over a driver's session that is wholly on its way."""
    if _is_by_lines(driver):
        _watch_ways(_innermost(driver)._ways, watcher)
    else:
        _watch_session(_innermost(driver)._link._session, watcher)


def watch_transfers(watcher: Watcher) -> None:
    """Tell of requests over the sessions of their own that fetch files, in this whole process."""

    def watched(open_link: Callable[[], Any], *given: Any, **named: Any) -> Any:
        def opened() -> Any:
            link = open_link()
            _watch_session(link._session, watcher)
            return link

        return _BEGIN(opened, *given, **named)

    transfers.begin = watched


def _is_by_lines(driver: Any) -> bool:
    return hasattr(_innermost(driver), "_ways")


def _innermost(driver: Any) -> Any:
    """The platform's own; one that is opened without a lease is wrapped once more."""
    while hasattr(driver, "_driver"):
        driver = driver._driver
    return driver


def _watch_session(session: Any, watcher: Watcher) -> None:
    if "_transport_write" in vars(session):
        return
    write = session._transport_write

    def watched(data: bytes) -> int:
        sent: int = write(data)
        asks_only = b"is-syncing" in data
        if sent == len(data) and watcher.wire is not None and not asks_only:
            watcher.wire(REQUEST)
        return sent

    session._transport_write = watched


def _watch_ways(ways: Any, watcher: Watcher) -> None:
    """The command line, which is opened when it is needed, and again where it was lost."""
    if "cli" in vars(ways):
        return
    opened = ways.cli

    def cli() -> Any:
        link = opened()
        _watch_terminal(link._terminal, watcher)
        return link

    ways.cli = cli


def _watch_terminal(terminal: Any, watcher: Watcher) -> None:
    if "send" in vars(terminal):
        return
    send = terminal.send

    def watched(text: str) -> None:
        send(text)
        line = text.strip()
        if line and watcher.wire is not None:  # an empty one only asks for the prompt
            watcher.wire(line)

    terminal.send = watched
