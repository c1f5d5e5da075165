"""Traps and informs of every version, read into what they say; or why they count for nothing."""

import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from service.config.snmp_engine import next_start
from service.config.trap_users import TrapUsers
from service.domain.events.notices import Traps, said_by_trap
from service.domain.events.reading import Said
from service.domain.inventory import Inventory
from service.drivers.links.snmp_received import DISCOVERY, TrapGate
from service.drivers.links.snmp_v3 import Engine
from service.errors import StoreError
from service.listeners.intake import Line
from service.listeners.senders import Senders
from service.ports.secrets import Secrets
from service.transcripts import traps
from service.transcripts.ber import MalformedError
from service.transcripts.traps import Trap

log = structlog.get_logger(__name__)
__all__ = ["DISCOVERY", "Heard", "TrapReader"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A line with what it says, or the words for why it counts for nothing.

    Attributes:
        reply: what acknowledges it once it is kept; empty: nothing does.
    """

    line: Line
    said: Said | str
    reply: bytes = b""


class TrapReader:
    """Reads traps. For one thread."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        """`folder`: where this host's own engine is remembered, from the first need on."""
        self._folder = folder
        self._users = TrapUsers(secrets)
        self._inventory = Inventory(())
        self._gate: TrapGate | None = None

    def learn(self, inventory: Inventory) -> None:
        """Take over the newest inventory; its users are read when somebody claims to be one."""
        self._inventory = inventory

    def read(self, line: Line, known: Traps, senders: Senders) -> Heard:
        """What a datagram says, or why it counts for nothing."""
        try:
            if traps.is_third(line.data):
                return self._third(line, known, senders)
            trap = traps.read(line.data)
        except MalformedError:
            return Heard(line, "unparsable")
        except StoreError as err:
            log.error("snmp-engine.forgotten", reason=str(err))  # noqa: TRY400
            return Heard(line, "snmp 3: this host's engine cannot be remembered")
        return Heard(line, _said(line, trap, known), trap.reply)

    def _third(self, line: Line, known: Traps, senders: Senders) -> Heard:
        self._users.learn(self._inventory)
        received = self._open_gate().receive(line.data)
        if received.trap is None:
            if received.answer and line.answer is not None:
                line.answer(received.answer)  # a report: nothing of it has to be kept
            return Heard(line, f"snmp 3: {received.why}")
        if not received.is_proven and not senders.allows(line.source):
            return Heard(line, "snmp 3: unproven, from a stranger")
        owner = received.controllers[0] if received.is_proven_by_one else ""
        return Heard(line, _said(line, received.trap, known, owner), received.answer)

    def _open_gate(self) -> TrapGate:
        """From the first message of version 3 on."""
        if self._gate is None:
            identity, starts = next_start(self._folder)
            own = Engine(identity, starts, 0, time.monotonic())
            self._gate = TrapGate(own, self._users)
        return self._gate


def _said(line: Line, trap: Trap, known: Traps, controller: str = "") -> Said | str:
    said = said_by_trap(
        trap.oid,
        trap.values,
        known,
        via=line.via,
        source=line.source,
        agent=trap.agent,
        controller=controller,
    )
    return said or "other"
