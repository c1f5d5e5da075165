"""Asks one C9800 for nodes of the contract over RESTCONF.

A box that does not take `fields` is asked for the whole node instead, unless that must not be. What
a box does not know is refused here as over NETCONF: it is never taken for empty (FACTS, section 3).
"""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe import json_forms
from service.drivers.iosxe.asking import MAC, Row, itself, noting
from service.drivers.iosxe.documents import Record, Shape, shape_of
from service.drivers.iosxe.entries import EntryReader
from service.drivers.iosxe.json_forms import Names, Picker
from service.drivers.links.json_rows import Taker
from service.drivers.links.restconf import RestconfLink, RestconfRefused
from service.drivers.paths import Contract

MOST_BY_KEY = 8
"""Entries that are asked for one by one; of more, the whole list is one request."""


class RestconfAsker:
    """Reads by the contract over one connection."""

    def __init__(self, link: RestconfLink, contract: Contract, release: Release) -> None:
        self.contract = contract
        self.release = release
        self._link = link
        self._names = Names.of(contract)
        self._pickers: dict[str, Picker] = {}
        self.refused: dict[str, str] = {}
        self._whole: set[str] = set()  # read keys whose `fields` this box refused

    @property
    def takes_fields(self) -> bool:
        """Whether `fields` was never refused."""
        return not self._whole

    def offers(self, key: str) -> bool:
        """Whether the release has a read of the contract."""
        return self.contract.reads[key].exists_in(self.release)

    def shape(self, key: str) -> Shape:
        """A read as its release has it."""
        return shape_of(self.contract, self.contract.reads[key], self.release)

    def records(self, key: str, *, timeout_s: float) -> list[Record]:
        """Every record of a read.

        Raises:
            RestconfRefused: the box says no.
            DeviceError: no answer, or none that is understood; see the link.
            ValueError: an entry is not of the form that the model promises.
        """
        return self.rows(key, itself, timeout_s=timeout_s)

    def rows(self, key: str, each: Callable[[Record], Row], *, timeout_s: float) -> list[Row]:
        """What `each` makes of every record of a read, made while the reply arrives."""
        reader = EntryReader(self._picker(key), each)
        with noting(self.refused, [key]):
            self._narrowed(key, reader, timeout_s)
        return reader.rows

    def some(
        self, key: str, each: Callable[[Record], Row], macs: Iterable[str], *, timeout_s: float
    ) -> list[Row]:
        """As `rows`, of those whose `mac` is one of these: each by itself if they are few."""
        wanted = dict.fromkeys(macs)
        if len(wanted) > MOST_BY_KEY:
            every = self.records(key, timeout_s=timeout_s)
            return [each(one) for one in every if one.get(MAC) in wanted]
        reader = EntryReader(self._picker(key), each)
        with noting(self.refused, [key]):
            for mac in wanted:
                self._keyed(key, mac, reader, timeout_s)
        return reader.rows

    def together(self, _keys: Sequence[str], *, timeout_s: float) -> dict[str, list[Record]]:  # noqa: ARG002
        """Nothing: a request of RESTCONF is about one resource."""
        return {}

    def tree(self, keys: Sequence[str], *, timeout_s: float) -> etree._Element:
        """What the box has of nodes that are kept as they are; errors as `records`."""
        data = etree.Element("data")
        for key in keys:
            found = _Kept()
            with noting(self.refused, [key]):
                self._read(key, found, None, timeout_s)
            json_forms.grafted(self._names, data, self.shape(key).steps, found.entries)
        return data

    def _picker(self, key: str) -> Picker:
        if key not in self._pickers:
            self._pickers[key] = json_forms.picker(self._names, self.shape(key))
        return self._pickers[key]

    def _keyed(self, key: str, value: str, taker: Taker, timeout_s: float) -> None:
        """One entry of a list; nothing where there is none of that key (FACTS, section 3)."""
        try:
            self._narrowed(key, taker, timeout_s, f"={value}")
        except RestconfRefused as err:
            if err.status != HTTPStatus.NOT_FOUND:
                raise

    def _narrowed(self, key: str, taker: Taker, timeout_s: float, entry: str = "") -> None:
        """With `fields`; without where the box refuses them."""
        fields = json_forms.fields(self._names, self.shape(key))
        if fields is None or key in self._whole:
            self._read(key, taker, None, timeout_s, entry)
            return
        try:
            self._read(key, taker, fields, timeout_s, entry)
        except RestconfRefused as err:
            never_whole = self.contract.reads[key].never_whole
            if err.status != HTTPStatus.BAD_REQUEST or never_whole:
                raise
            self._read(key, taker, None, timeout_s, entry)
            self._whole.add(key)

    def _read(
        self, key: str, taker: Taker, fields: str | None, timeout_s: float, entry: str = ""
    ) -> None:
        steps = self.shape(key).steps
        path = json_forms.address(self._names, steps) + entry
        member = json_forms.top_member(self._names, steps)
        self._link.read(path, member, taker, fields=fields, timeout_s=timeout_s)


class _Kept:
    """A taker that keeps everything as it is."""

    def __init__(self) -> None:
        self.entries: list[Any] = []

    def take_known(self, _text: str, at: int) -> int:
        """None is known."""
        return at

    def take(self, entry: Any, _text: str) -> None:  # noqa: ANN401 - JSON
        """Keep it."""
        self.entries.append(entry)
