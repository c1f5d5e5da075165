"""Trouble on demand: what goes wrong, on which command line, how often.

A fault fires on the nth line that begins with `rpc` and on the ones after it, `times` times in all;
faults of the agent fire on its requests.
"""

from dataclasses import dataclass, field

from service.lab.errors import LabError

LINE_KINDS = {
    "drop_before": "the session is dropped before the line is carried out",
    "drop_after": "the line is carried out, its answer is lost with the session",
    "hang": "no answer for `seconds`; the line is carried out before",
    "hang_before": "no answer for `seconds`; the line is carried out after",
    "refuse": "`message` is printed; nothing is done",
    "latency": "the answer comes `seconds` late",
    "cut": "the answer ends in mid-table, then the prompt comes",
    "truncate": "the answer ends in mid-table, then the session is closed",
    "widths": "columns of the answer stand elsewhere",
    "no_prompt": "the answer comes, the prompt never",
    "foreign_edit": "`xml` (command lines) is typed by somebody else, after the line",
    "foreign_save": "somebody else saves, after the line",
    "reload": "the box reloads after the line",
}
LOGIN_KINDS = {
    "auth_refused": "a right password is taken for a wrong one",
    "busy": "every session is taken",
}
SNMP_KINDS = {
    "snmp_drop": "a request is not answered",
    "snmp_slow": "an answer comes `seconds` late",
    "snmp_too_big": "tooBig to a GETBULK for more rows than the number in `seconds`",
    "snmp_loop": "a walk gets the same row again, which would never end",
    "snmp_cut": "a walk of the AP tables ends after half of the rows",
    "snmp_down": "the agent is silent for `seconds`; SSH answers",
    "snmp_odd_state": "operation states have a value nobody knows",
}
BOX_KINDS = {
    "ssh_down": "the SSH port is closed for `seconds`; the agent answers",
    "box_down": "everything is closed for `seconds`",
    "read_only": "the account loses its right to write",
    "lock_out": "the account is locked for `seconds`",
    "load": "its processor is `percent` busy for `seconds`",
    "transfer_stall": "downloads that begin from now on stand still for `seconds`",
}
KINDS = {**LINE_KINDS, **LOGIN_KINDS, **SNMP_KINDS, **BOX_KINDS}
AFTER = {"foreign_edit", "foreign_save", "reload"}
NOW = {*AFTER, *BOX_KINDS, "snmp_down"}


@dataclass(slots=True)
class WlcFault:
    """One planned trouble. The fields are named as those of the C9800's faults."""

    kind: str
    rpc: str = "*"  # beginning of a command line
    nth: int = 1
    times: int = 1
    seconds: float = 1.0
    message: str = "Request failed"
    xml: str = ""  # for foreign_edit: command lines
    now: bool = False
    element: str = ""
    tag: str = ""
    percent: int = 50
    seen: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        if self.kind not in KINDS:
            raise LabError(f"fault {self.kind}: one of {', '.join(sorted(KINDS))}")
        if self.now and self.kind not in NOW:
            raise LabError(f"fault {self.kind} needs a line or request to happen on")
        if self.kind == "foreign_edit" and not self.xml:
            raise LabError("fault foreign_edit: xml (command lines) is missing")


class WlcFaults:
    """The faults of one box."""

    def __init__(self) -> None:
        self.planned: list[WlcFault] = []

    def add(self, fault: WlcFault) -> None:
        """Plan a fault."""
        self.planned.append(fault)

    def clear(self) -> None:
        """Forget every fault."""
        self.planned.clear()

    def on_line(self, line: str) -> list[WlcFault]:
        """The faults that fire on this line; each is counted down."""
        fired = []
        for fault in list(self.planned):
            if fault.kind not in LINE_KINDS or not (fault.rpc == "*" or line.startswith(fault.rpc)):
                continue
            fault.seen += 1
            if fault.seen >= fault.nth:
                fired.append(fault)
                self._used(fault)
        return fired

    def take(self, kind: str) -> WlcFault | None:
        """A fault of this kind that fires now."""
        for fault in self.planned:
            if fault.kind != kind:
                continue
            fault.seen += 1
            if fault.seen >= fault.nth:
                self._used(fault)
                return fault
        return None

    def _used(self, fault: WlcFault) -> None:
        fault.times -= 1
        if fault.times <= 0:
            self.planned.remove(fault)
