"""A box behind its sessions: who is connected, what goes wrong, what happens after a request."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lxml import etree

from service.lab.box.box import Box
from service.lab.box.copying import Trouble
from service.lab.box.install_operation import Mischief
from service.lab.errors import RpcRefusedError
from service.lab.faults import AFTER, OPERATIONS, TRANSFERS, Fault, FaultBoard
from service.lab.netconf import messages
from service.lab.netconf.context import Later, Server
from service.lab.netconf.operations import answer
from service.lab.netconf.sessions import Session, Sessions
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element, elements

STRANGER = 901  # the session number of "somebody else"
NOWHERE = "urn:aprejoin:lab:no-such-namespace"


class BoxHost:
    """One box, its sessions and its faults."""

    def __init__(self, box: Box, modules: Path | None) -> None:
        self.box = box
        self.sessions = Sessions()
        self.faults = FaultBoard()
        for fault in box.spec.faults:
            self.faults.add(replace(fault))
        self._server = Server(box, self.sessions, modules, self._touched)
        self.under_way = self._server.under_way
        self.on_down: Callable[[float], None] = lambda _: None
        self.on_touched: Callable[[], None] = lambda: None
        box.on_reload.append(self._reloading)

    def answer(self, session: Session, rpc: Element, faults: list[Fault]) -> Element | Later:
        """The reply, as the faults that concern it leave it."""
        for fault in faults:
            if fault.kind == "refuse":
                return messages.error(rpc, RpcRefusedError(fault.tag, fault.message))
            if fault.kind == "lock":
                self._locked_by_a_stranger(fault.seconds)
            self._prepare(fault)
        given = answer(self._server, session, rpc)
        self._server.trouble = self.box.installer.mischief = None
        if isinstance(given, Later):
            return given
        kinds = {f.kind for f in faults}
        if "garbage_enum" in kinds:
            _garble(given)
        if "wrong_namespace" in kinds:
            return _elsewhere(given)
        return given

    def _prepare(self, fault: Fault) -> None:
        """What a fault does to what the request begins."""
        if fault.kind in OPERATIONS:
            self.box.installer.mischief = Mischief(fault.kind, fault.percent, fault.seconds)
        if fault.kind in TRANSFERS:
            self._server.trouble = Trouble(fault.kind, fault.percent, fault.seconds)

    def after(self, faults: list[Fault]) -> None:
        """What the faults do once the request is through."""
        for fault in faults:
            if fault.kind not in AFTER:
                continue
            try:
                self.apply(fault)
            except RpcRefusedError as err:
                self.box.log.add(self.box.advance(), "fault", f"{fault.kind} refused: {err}")

    def apply(self, fault: Fault) -> None:
        """Do what a fault does without any rpc."""
        now = self.box.advance()
        match fault.kind:
            case "foreign_edit":
                self.foreign_edit(fault.xml)
            case "foreign_save":
                self.box.save(now, "somebody else")
            case "reload" | "switchover":
                self._go_away(fault.kind, now)
            case "eem_suspend" | "aaa_refuse":
                self.box.eem.hinder(suspended=fault.kind == "eem_suspend")
            case "lock":
                self._locked_by_a_stranger(fault.seconds)
            case "auto_abort":
                self.box.installer.auto_abort(now)
            case "box_down":
                self.on_down(fault.seconds)
            case _:
                self._disturb(fault)

    def _disturb(self, fault: Fault) -> None:
        """What befalls sessions, subscriptions and the processor, and nothing else of the box."""
        match fault.kind:
            case "push_end":
                self._end_pushes()
            case "cut":
                self.sessions.drop_all("a fault cut it")
            case "load":
                self.box.load.be(fault.percent, until=self.box.advance() + fault.seconds)
            case _:
                pass

    def _go_away(self, kind: str, now: float) -> None:
        if kind == "switchover":
            self.box.switchover(now)
        else:
            self.box.reload(now, "Reload Command")

    def foreign_edit(self, xml: str) -> None:
        """Apply an edit as somebody else: <config>, or what stands in one.

        Raises:
            RpcRefusedError: the box refuses it.
        """
        now = self.box.advance()
        config = parse(xml.encode())
        if etree.QName(config).localname != "config":
            outer = etree.Element("config")
            outer.append(config)
            config = outer
        tree = self.box.stores.edited("running", config, "merge")
        self.box.commit(now, tree, "somebody else")

    def _locked_by_a_stranger(self, seconds: float) -> None:
        now, locks = self.box.advance(), self.box.stores.locks
        if "running" in locks:
            return
        locks["running"] = STRANGER

        def unlock(_: float) -> None:
            if locks.get("running") == STRANGER:
                del locks["running"]

        self.box.agenda.add(now + seconds, unlock)

    def _end_pushes(self) -> None:
        for session in self.sessions.open.values():
            for push in session.pushes.values():
                push.ends = "internal-error"

    def _touched(self) -> None:
        """The listener of now: it is set after the server was made."""
        self.on_touched()

    def _reloading(self, back_at: float) -> None:
        for work in list(self.under_way):
            work.cancel()
        self.sessions.drop_all("the box reloads")
        self.on_down(max(0.0, back_at - self.box.time.monotonic()))


def _garble(answer: Element) -> None:
    for leaf in answer.iter("{*}ap-operation-state", "{*}last-error-type"):
        leaf.text = "garbage-of-the-lab"


def _elsewhere(answer: Element) -> Element:
    for data in answer.iterchildren("{*}data"):
        for top in elements(data):
            for element in top.iter():
                if isinstance(element.tag, str):
                    element.tag = f"{{{NOWHERE}}}{etree.QName(element).localname}"
            etree.cleanup_namespaces(top)
    return answer
