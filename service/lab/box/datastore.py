"""Running, startup and candidate, their locks, and what an edit changed.

Startup can't be read or edited over NETCONF (no :startup): it is only written by a save and
read at boot.
"""

import copy

from lxml import etree

from service.lab.errors import RpcRefusedError
from service.lab.yang.edit import Editor, canonical
from service.lab.yang.paths import Element

SYSTEM = 0  # the session number of the box's own configuration sync


class Datastores:
    """The configuration trees of one box."""

    def __init__(self, editor: Editor, *, candidate: bool) -> None:
        self.editor = editor
        self.running: Element = etree.Element("config")
        self.startup: Element = etree.Element("config")
        self.candidate: Element | None = etree.Element("config") if candidate else None
        self.locks: dict[str, int] = {}

    def start(self, running: Element, startup: Element) -> None:
        """Take the trees a box starts with."""
        self.running = running
        self.startup = startup
        if self.candidate is not None:
            self.candidate = copy.deepcopy(running)

    def tree(self, name: str) -> Element:
        """A datastore that may be read.

        Raises:
            RpcRefusedError: not offered by this box.
        """
        if name == "candidate" and self.candidate is not None:
            return self.candidate
        if name == "running":
            return self.running
        raise RpcRefusedError("operation-not-supported", f"{name} is not offered by this device")

    def edited(self, name: str, config: Element, default: str) -> Element:
        """The tree an edit would leave; nothing is stored yet."""
        return self.editor.apply(self.tree(name), config, default)

    def store(self, name: str, tree: Element) -> None:
        """Put a new tree in place; without the candidate feature only running is written."""
        if name == "running":
            self.running = tree
            if self.candidate is not None and "candidate" not in self.locks:
                self.candidate = copy.deepcopy(tree)
        else:
            self.candidate = tree

    def save(self) -> None:
        """Running becomes startup."""
        self.startup = copy.deepcopy(self.running)

    @property
    def unsaved(self) -> bool:
        """Does running differ from startup?"""
        return canonical(self.running) != canonical(self.startup)

    @property
    def candidate_differs(self) -> bool:
        """Are there uncommitted changes?"""
        return self.candidate is not None and canonical(self.candidate) != canonical(self.running)

    def lock(self, name: str, session: int) -> None:
        """Lock for one session.

        Raises:
            RpcRefusedError: another session, or this one, holds it.
        """
        self.tree(name)
        if name in self.locks:
            raise denied(self.locks[name], "lock-denied")
        if name == "candidate" and self.candidate_differs:
            raise RpcRefusedError("lock-denied", "the candidate has uncommitted changes")
        self.locks[name] = session

    def unlock(self, name: str, session: int) -> None:
        """Give a lock back.

        Raises:
            RpcRefusedError: the session doesn't hold it.
        """
        if self.locks.get(name) != session:
            raise RpcRefusedError("operation-failed", f"{name} is not locked by this session")
        del self.locks[name]

    def release(self, session: int) -> None:
        """A session ended: its locks go, and with its candidate lock the uncommitted changes."""
        for name in [n for n, holder in self.locks.items() if holder == session]:
            del self.locks[name]
            if name == "candidate":
                self.discard()

    def discard(self) -> None:
        """The candidate becomes running again."""
        if self.candidate is not None:
            self.candidate = copy.deepcopy(self.running)

    def may_write(self, name: str, session: int) -> None:
        """Refuse a write under somebody else's lock.

        Raises:
            RpcRefusedError: locked.
        """
        holder = self.locks.get(name, session)
        if holder != session:
            raise denied(holder, "in-use")


def denied(holder: int, tag: str) -> RpcRefusedError:
    """The refusal that names who holds the lock.

    Source: sample restconf-error-lock-denied.json (message), RFC 6241 appendix A (info).
    """
    who = f"session {holder} yang_mgmt_infra tcp (system from 127.0.0.1)" if holder == SYSTEM else (
        f"session {holder} admin tcp (netconf from 127.0.0.1)"
    )  # fmt: skip
    info = [("session-id", str(holder))] if tag == "lock-denied" else []
    return RpcRefusedError(
        tag,
        f"the configuration database is locked by {who}",
        type="protocol" if tag == "lock-denied" else "application",
        info=info,
    )
