"""Asks one C9800 for nodes of the contract, and learns what it does not know.

A maintenance release may lack what its train has: an element that the device refuses by name is
left out and the rest asked for again; where it does not say which, or goes on refusing, the whole
node is asked for.
What was refused by name is remembered as long as the session lives.
"""

from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe.documents import Record, Shape, filter_for, records, shape_of
from service.drivers.links.netconf import NetconfLink, RpcRefused
from service.drivers.paths import Contract

UNKNOWN_TAGS = frozenset({"unknown-element", "unknown-namespace", "bad-element"})
VAGUE_TAGS = frozenset({"invalid-value", "operation-failed", "malformed-message"})
"""Refusals that may mean an element as well, though they do not say so."""
NARROWINGS = 12  # how often a filter is asked again without an element that the device refused


class Asker:
    """Reads by the contract over one session."""

    def __init__(self, link: NetconfLink, contract: Contract, release: Release) -> None:
        self.contract = contract
        self.release = release
        self.link = link
        self._refused: dict[str, tuple[str, ...]] = {}  # read key -> names this device refused

    def offers(self, key: str) -> bool:
        """Whether the release has a read of the contract."""
        return self.contract.reads[key].exists_in(self.release)

    def shape(self, key: str) -> Shape:
        """A read as its release has it; what this device refuses is not in its replies."""
        return shape_of(self.contract, self.contract.reads[key], self.release)

    def records(self, key: str, *, timeout_s: float) -> list[Record]:
        """Every record of a read; errors as `narrowed`, and WrongNamespaceError."""
        read = self.contract.reads[key]
        data = self.narrowed(key, read.operation, [self.shape(key)], timeout_s=timeout_s)
        return list(records(data, self.shape(key)))

    def narrowed(
        self, key: str, operation: str, shapes: list[Shape], *, timeout_s: float
    ) -> etree._Element:
        """What the device has of these nodes.

        Raises:
            RpcRefused: it says no, and not because of an element.
            DeviceUnreachable: no reply.
        """
        ask = self.link.get_config if operation == "get-config" else self.link.get
        refused, narrowings = self._refused.get(key, ()), 0
        while True:
            wanted = [shape.without(refused) for shape in shapes]
            try:
                return ask(filter_for(*wanted), timeout_s=timeout_s)
            except RpcRefused as err:
                known: frozenset[str] = frozenset().union(*(shape.names for shape in wanted))
                if not known or err.tag not in UNKNOWN_TAGS | VAGUE_TAGS:
                    raise
                vague = err.tag in VAGUE_TAGS or narrowings >= NARROWINGS
                bad = () if vague else tuple(name for name in err.bad if name in known)
                refused = (*refused, *(bad or known))
                if not vague:
                    self._refused[key] = refused
            narrowings += 1
