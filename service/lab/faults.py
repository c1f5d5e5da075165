"""Trouble on demand: what goes wrong, on which rpc, how often.

A fault fires on the nth matching rpc and on the ones after it, `times` times in all.
"""

from dataclasses import dataclass, field

from lxml import etree

from service.lab.errors import LabError
from service.lab.yang.paths import Element, elements, local

KINDS = {
    "drop_before": "the session is dropped before the request is applied",
    "drop_after": "the request is applied, its reply is lost with the session",
    "hang": "no reply for `seconds`",
    "refuse": "an rpc-error with `tag` and `message`; nothing is applied",
    "lock": "somebody else holds the running datastore's lock for `seconds`",
    "truncate": "half of the reply, then the session is closed",
    "wrong_namespace": "the reply's data in a namespace nobody knows",
    "garbage_enum": "the reply's AP states hold a value the model doesn't have",
    "latency": "the reply comes `seconds` late",
    "foreign_edit": "`xml` is applied as somebody else's edit, after the rpc (now: without rpc)",
    "foreign_save": "somebody else saves the configuration, after the rpc",
    "reload": "the box reloads after the rpc",
    "switchover": "the hot standby takes over after the rpc",
    "eem_suspend": "applets that come due from now on do not run",
    "aaa_refuse": "AAA refuses every command of applets from now on, bypass or not",
    "auth_refused": "logins are refused",
    "box_down": "the port is closed for `seconds`",
    "unavailable": "RESTCONF answers 503, with a page",
    "login_page": "RESTCONF answers 200 with a web page, not with data",
    "op_hang": "the install operation stops at `percent`, and ends as timed out after `seconds`",
    "op_fail": "the install operation fails at `percent`",
    "op_revert": "the install operation fails at `percent` and takes back what it did",
    "op_confirm": "the activation waits for a person at the console",
    "boot_old": "the reload of the activation comes up on the committed set",
    "push_end": "every subscription is terminated by the box",
    "cut": "every NETCONF session is cut",
    "auto_abort": "the auto-abort timer ends now",
    "load": "its processor is `percent` busy for `seconds`",
    "transfer_hang": "the copy stops at `percent` for `seconds`, then fails",
    "transfer_cut": "the copy ends at `percent`; what came stays on bootflash",
    "transfer_corrupt": "the copy is altered after `percent`, and nobody says so",
}
AFTER = {
    "foreign_edit",
    "foreign_save",
    "reload",
    "switchover",
    "eem_suspend",
    "aaa_refuse",
    "auto_abort",
    "load",
    "push_end",
    "cut",
}
OPERATIONS = {"op_hang", "op_fail", "op_revert", "op_confirm", "boot_old"}
TRANSFERS = {"transfer_hang", "transfer_cut", "transfer_corrupt"}
WEB = {"unavailable", "login_page"}
INSTALLS = {"install", "activate", "install-commit", "abort", "deactivate", "remove", "rollback"}
ONLY_ON = {
    **dict.fromkeys(OPERATIONS, INSTALLS),
    **{kind: {"copy", "xcopy"} for kind in TRANSFERS},
    **{kind: {"restconf"} for kind in WEB},
    "op_confirm": {"activate"},
    "boot_old": {"install", "activate"},
}
"""What a kind befalls where no rpc is named."""
NOW = {*AFTER, "lock", "box_down"}  # also without any rpc


@dataclass(slots=True)
class Fault:
    """One planned trouble.

    `rpc` is the operation's name or "*"; `element` has to stand somewhere in the request;
    `now` applies it at once instead of on an rpc.
    """

    kind: str
    rpc: str = "*"
    nth: int = 1
    element: str = ""
    times: int = 1
    seconds: float = 1.0
    tag: str = "operation-failed"
    message: str = "refused by a fault of the lab"
    xml: str = ""
    percent: int = 50
    now: bool = False
    seen: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        if self.kind not in KINDS:
            raise LabError(f"fault {self.kind}: one of {', '.join(sorted(KINDS))}")
        if self.now and self.kind not in NOW:
            raise LabError(f"fault {self.kind} needs an rpc to happen on")
        if self.kind == "foreign_edit" and not self.xml:
            raise LabError("fault foreign_edit: xml is missing")

    def matches(self, request: Element) -> bool:
        """Does the fault concern this operation?"""
        name = local(request)
        if self.rpc not in {"*", name}:
            return False
        if self.rpc == "*" and name not in ONLY_ON.get(self.kind, {name}):
            return False
        return not self.element or any(
            local(e) == self.element for e in request.iter(etree.Element)
        )


class FaultBoard:
    """The faults of one box."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        self.planned.append(fault)

    def clear(self) -> None:
        """Forget every fault."""
        self.planned.clear()

    def take(self, rpc: Element) -> list[Fault]:
        """The faults that fire on this <rpc>; each is counted down."""
        inside = elements(rpc)
        if not inside:
            return []
        fired = []
        for fault in list(self.planned):
            if fault.kind in {"auth_refused", "box_down"} or not fault.matches(inside[0]):
                continue
            fault.seen += 1
            if fault.seen >= fault.nth:
                fired.append(fault)
                self._used(fault)
        return fired

    def refuses_login(self) -> bool:
        """Is a login to be refused now?"""
        for fault in self.planned:
            if fault.kind == "auth_refused":
                self._used(fault)
                return True
        return False

    def _used(self, fault: Fault) -> None:
        fault.times -= 1
        if fault.times <= 0:
            self.planned.remove(fault)
