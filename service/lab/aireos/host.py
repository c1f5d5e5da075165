"""A box behind its sessions: who is logged in, who is locked out, what goes wrong."""

from collections.abc import Callable
from dataclasses import replace

from service.lab.aireos.answers import USAGE, Ask, Context, Text
from service.lab.aireos.faults import WlcFault, WlcFaults
from service.lab.aireos.shell import Shell
from service.lab.aireos.wlc import WlcBox
from service.lab.errors import LabError

USERNAME = "admin"
CONSOLE = "somebody else"


class WlcHost:
    """One box, its sessions and its faults."""

    def __init__(self, box: WlcBox, password: str) -> None:
        self.box = box
        self.faults = WlcFaults()
        self.sessions: set[object] = set()
        self.attempts = 0  # logins tried, right or wrong
        self.wrong = 0  # wrong ones in a row
        self.locked_until = 0.0
        self._password = password
        self.on_down: Callable[[float], None] = lambda _: None
        self.on_ssh_down: Callable[[float], None] = lambda _: None
        self.on_snmp_down: Callable[[float], None] = lambda _: None
        self.on_touched: Callable[[], None] = lambda: None
        box.on_reload.append(self._reloading)
        box.begin(self._setting)

    def enter(self, session: object) -> bool:
        """Take a session's place; False: all are taken."""
        most = self.box.spec.login.max_sessions
        if self.faults.take("busy") is not None or len(self.sessions) >= most:
            self.box.log.add(self.box.advance(), "session", "refused: all are taken")
            return False
        self.sessions.add(session)
        return True

    def leave(self, session: object) -> None:
        """Give it back."""
        self.sessions.discard(session)

    def admits(self, username: str, password: str) -> bool:
        """Is that the account, and is it not locked?"""
        now, login = self.box.advance(), self.box.spec.login
        self.attempts += 1
        if login.recover_config and username == "Recover-Config":
            self._recovered(now)
            return False
        refused = self.faults.take("auth_refused") is not None or now < self.locked_until
        good = not refused and (username, password) == (USERNAME, self._password)
        self.wrong = 0 if good else self.wrong + 1
        self.box.log.add(now, "session", "login" if good else "login refused", user=username)
        if login.lockout_attempts and self.wrong >= login.lockout_attempts:
            self.locked_until = now + login.lockout_s
            self.wrong = 0
            self.box.log.add(now, "session", "account locked")
        return good

    def after(self, faults: list[WlcFault]) -> None:
        """What faults do once a line is through."""
        for fault in faults:
            self.apply(fault)

    def apply(self, fault: WlcFault) -> None:
        """Do what a fault does without any line."""
        now = self.box.advance()
        match fault.kind:
            case "foreign_edit":
                self.typed_by_another(fault.xml)
            case "foreign_save":
                self.box.save(now, CONSOLE)
            case "reload":
                self.box.reload(now, "Software reset")
            case "read_only":
                self.box.access = "read-only"
            case "lock_out":
                self.locked_until = now + fault.seconds
            case "load":
                self.box.load.be(fault.percent, until=now + fault.seconds)
            case "transfer_stall":
                self.box.download.stalls_s = fault.seconds
            case _:
                self._shut(fault)

    def _shut(self, fault: WlcFault) -> None:
        ways = {
            "ssh_down": self.on_ssh_down,
            "snmp_down": self.on_snmp_down,
            "box_down": self.on_down,
        }
        if fault.kind in ways:
            ways[fault.kind](fault.seconds)

    def typed_by_another(self, lines: str) -> str:
        """Somebody else types lines on the console; questions are answered with yes."""
        shell, answers = Shell(), []
        for line in lines.splitlines():
            context = Context(self.box, self.box.advance(), CONSOLE)
            answer = shell.run(context, line)
            while isinstance(answer, Ask):
                answer = answer.then(context, "y")
            if answer.text:
                answers.append(answer.text)
        return "\n".join(answers)

    def _setting(self, line: str) -> None:
        context = Context(self.box, self.box.time.monotonic(), "fleet")
        answer = Shell().run(context, line)
        if not isinstance(answer, Text) or answer.text:
            told = answer.text.strip() or USAGE
            raise LabError(f"{self.box.spec.name}: setting {line!r} is refused: {told}")

    def _recovered(self, now: float) -> None:
        """The one name that nobody may ever type by accident: everything is gone."""
        blank = replace(self.box.running, ntp=(), ntp_keys=(), sysname="Cisco Controller")
        self.box.configure(now, blank, CONSOLE)
        self.box.save(now, CONSOLE)
        self.box.log.add(now, "session", "the configuration was reset")

    def _reloading(self, back_at: float) -> None:
        self.on_down(max(0.0, back_at - self.box.time.monotonic()))
