"""Asks one C9800 for nodes of the contract, and learns what it does not know.

A maintenance release may lack what its train has: an element that the device refuses by name is
left out and the rest asked for again; where it does not say which, or goes on refusing, the whole
node is asked for, unless that must not be.
What was refused by name is remembered as long as the session lives.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol, TypeVar

from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe.documents import (
    Record,
    Shape,
    WrongNamespaceError,
    filter_for,
    filter_for_some,
    records,
    shape_of,
)
from service.drivers.iosxe.rows import RowReader
from service.drivers.links.netconf import NetconfLink, RpcRefused
from service.drivers.paths import Contract

UNKNOWN_TAGS = frozenset({"unknown-element", "unknown-namespace", "bad-element"})
VAGUE_TAGS = frozenset({"invalid-value", "operation-failed", "malformed-message"})
"""Refusals that may mean an element as well, though they do not say so."""
MAC = "mac"
"""The contract's key of the leaf that every table of APs is keyed by."""
Row = TypeVar("Row")
Answer = TypeVar("Answer")
NARROWINGS = 12  # how often a filter is asked again without an element that the device refused


def itself(record: Record) -> Record:
    """The record, for those who want nothing made of it."""
    return record


class Asking(Protocol):
    """Reads by the contract, over whichever protocol.

    Attributes:
        refused: read key -> what this device said.
    """

    contract: Contract
    release: Release
    refused: dict[str, str]

    def offers(self, key: str) -> bool:
        """Whether the release has a read of the contract."""

    def shape(self, key: str) -> Shape:
        """A read as its release has it."""

    def records(self, key: str, *, timeout_s: float) -> list[Record]:
        """Every record of a read."""

    def rows(self, key: str, each: Callable[[Record], Row], *, timeout_s: float) -> list[Row]:
        """What `each` makes of every record of a read, made while the reply arrives."""

    def some(
        self, key: str, each: Callable[[Record], Row], macs: Iterable[str], *, timeout_s: float
    ) -> list[Row]:
        """As `rows`, of those whose `mac` is one of these."""

    def together(self, keys: Sequence[str], *, timeout_s: float) -> dict[str, list[Record]]:
        """What short reads have, by one request; a key that is missing is to be asked for alone."""

    def tree(self, keys: Sequence[str], *, timeout_s: float) -> etree._Element:
        """What there is of some nodes, below one `data` element."""


@contextmanager
def noting(refused: dict[str, str], keys: Sequence[str]) -> Iterator[None]:
    """Note a refusal for the keys that were asked for."""
    try:
        yield
    except RpcRefused as err:
        refused.update(dict.fromkeys(keys, f"{', '.join(keys)}: {err}"))
        raise


class Asker:
    """Reads by the contract over one NETCONF session."""

    def __init__(self, link: NetconfLink, contract: Contract, release: Release) -> None:
        self.contract = contract
        self.release = release
        self.link = link
        self.refused: dict[str, str] = {}
        self._refused: dict[str, tuple[str, ...]] = {}  # read key -> names this device refused
        self._apart = False  # it refused several at once

    def offers(self, key: str) -> bool:
        """Whether the release has a read of the contract."""
        return self.contract.reads[key].exists_in(self.release)

    def shape(self, key: str) -> Shape:
        """A read as its release has it; what this device refuses is not in its replies."""
        return shape_of(self.contract, self.contract.reads[key], self.release)

    def records(self, key: str, *, timeout_s: float) -> list[Record]:
        """Every record of a read; errors as `narrowed`, and WrongNamespaceError."""
        return self.rows(key, itself, timeout_s=timeout_s)

    def rows(self, key: str, each: Callable[[Record], Row], *, timeout_s: float) -> list[Row]:
        """What `each` makes of every record of a read, made while the reply arrives.

        Errors as `records`.
        """
        with noting(self.refused, [key]):
            return self._narrowed(
                key, [self.shape(key)], lambda filter_: self._taken(key, each, filter_, timeout_s)
            )

    def together(self, keys: Sequence[str], *, timeout_s: float) -> dict[str, list[Record]]:
        """What several short reads have, all of which are asked for at once.

        Where the device refuses that, it is asked for each by itself, and says there which one it
        was. What is not understood is asked for again in the same way.

        Raises:
            RpcRefused: it is busy.
            DeviceError: as the link.
        """
        wanted = {key: self.shape(key) for key in keys if key not in self._refused}
        if self._apart or len(wanted) <= 1:
            return {}
        table = next(
            (key for key, shape in wanted.items() if MAC in shape.leaves), next(iter(wanted))
        )
        reader = RowReader(wanted[table], itself)
        try:
            data = self.link.get(filter_for(*wanted.values()), timeout_s=timeout_s, taker=reader)
        except RpcRefused as err:
            if err.busy:
                raise
            self._apart = True
            return {}
        found = {}
        for key, shape in wanted.items():
            with suppress(WrongNamespaceError):
                found[key] = reader.all(data) if key == table else list(records(data, shape))
        return found

    def tree(self, keys: Sequence[str], *, timeout_s: float) -> etree._Element:
        """What the configuration has of some nodes, as it is. Errors as `narrowed`."""
        shapes = [self.shape(key) for key in keys]
        with noting(self.refused, keys):
            return self.link.get_config(filter_for(*shapes), timeout_s=timeout_s)

    def some(
        self, key: str, each: Callable[[Record], Row], macs: Iterable[str], *, timeout_s: float
    ) -> list[Row]:
        """As `rows`, of those whose `mac` is one of these."""
        wanted = self.shape(key).without(self._refused.get(key, ()))
        try:
            return self._taken(key, each, filter_for_some(wanted, MAC, macs), timeout_s)
        except RpcRefused as err:
            if err.tag not in UNKNOWN_TAGS | VAGUE_TAGS:
                raise
            return self.rows(key, each, timeout_s=timeout_s)  # it learns there what is not known

    def _taken(
        self,
        key: str,
        each: Callable[[Record], Row],
        filter_: etree._Element,
        timeout_s: float,
    ) -> list[Row]:
        reader = RowReader(self.shape(key), each)
        ask = self._operation(self.contract.reads[key].operation)
        return reader.all(ask(filter_, timeout_s=timeout_s, taker=reader))

    def narrowed(
        self, key: str, operation: str, shapes: list[Shape], *, timeout_s: float
    ) -> etree._Element:
        """What the device has of these nodes.

        Raises:
            RpcRefused: it says no, and not because of an element.
            DeviceUnreachable: no reply.
        """
        ask = self._operation(operation)
        return self._narrowed(key, shapes, lambda filter_: ask(filter_, timeout_s=timeout_s))

    def _operation(self, name: str) -> Callable[..., etree._Element]:
        return self.link.get_config if name == "get-config" else self.link.get

    def _narrowed(
        self, key: str, shapes: list[Shape], attempt: Callable[[etree._Element], Answer]
    ) -> Answer:
        refused, narrowings = self._refused.get(key, ()), 0
        while True:
            wanted = [shape.without(refused) for shape in shapes]
            try:
                return attempt(filter_for(*wanted))
            except RpcRefused as err:
                known: frozenset[str] = frozenset().union(*(shape.names for shape in wanted))
                if not known or err.tag not in UNKNOWN_TAGS | VAGUE_TAGS:
                    raise
                vague = err.tag in VAGUE_TAGS or narrowings >= NARROWINGS
                bad = () if vague else tuple(name for name in err.bad if name in known)
                refused = (*refused, *(bad or known))
                if self._is_never_whole(key) and not any(
                    one.without(refused).names for one in shapes
                ):
                    raise  # without any leaf the filter would select all of it
                if not vague:
                    self._refused[key] = refused
            narrowings += 1

    def _is_never_whole(self, key: str) -> bool:
        read = self.contract.reads.get(key)
        return read is not None and read.never_whole
