"""What the account may do, found out by lines that change nothing.

Nothing tells it outright: a box denies a command in words, or does not have it for this account.
An answer that tells nothing counts as a yes; the line that matters is then refused by itself.
"""

import re
from collections.abc import Iterator

from service.drivers.aireos.book import Book, Probe
from service.drivers.links.cli import CliLink
from service.drivers.links.cli_words import UNKNOWN_COMMAND, Answer
from service.errors import DeviceUnreachable, OutcomeUnknown


def denials(book: Book, cli: CliLink, *, timeout_s: float) -> Iterator[str]:
    """Every command that the account may not use, with the controller's words.

    Raises:
        DeviceUnreachable: the session was lost; nothing was changed.
    """
    for probe in book.probes.values():
        try:
            answer = cli.configure(probe.line, timeout_s=timeout_s)
        except OutcomeUnknown as err:  # a line that changes nothing has no outcome
            raise DeviceUnreachable(err.controller, probe.line, err.detail) from err
        if is_denied(book, probe, answer):
            yield f"{probe.line}: {answer.text.strip()[:100] or 'no answer'}"


def is_denied(book: Book, probe: Probe, answer: Answer) -> bool:
    """Whether an answer says that the account may not use the command."""
    if re.search(book.denied, answer.text):
        return True
    if probe.asks:
        return not answer.asked
    return probe.usage == "denied" and UNKNOWN_COMMAND.search(answer.text) is not None
