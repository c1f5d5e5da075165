"""The login dialogue of AireOS, which comes after that of SSH."""

import re
from enum import Enum
from typing import NoReturn

from service.drivers.links.cli_terminal import ClosedError, QuietError, Terminal
from service.drivers.links.ssh import SshTarget
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    DeviceBusy,
    DeviceUnreachable,
)

STANDBY = "-Standby"
FACTORY = re.compile(r"Recover-Config", re.IGNORECASE)
FULL = re.compile(
    r"(?:maximum|max\.?|too many|no more|limit|exceed)[^\r\n]*(?:session|connection|login|user)s?"
    r"|(?:session|connection)s?[^\r\n]*(?:maximum|limit|exceeded|in use)",
    re.IGNORECASE,
)
"""How a controller without a free session may say so: its words are unverified."""


class Stop(Enum):
    """Where the dialogue stands still."""

    USER = "user"
    PASSWORD = "password"  # noqa: S105
    PROMPT = "prompt"
    SUBMODE = "submode"
    OTHER = "other"


STOPS = {
    Stop.USER: re.compile(r"(?:^|[\r\n ])User ?(?:name)?:[ \t]*$", re.IGNORECASE),
    Stop.PASSWORD: re.compile(r"(?:^|[\r\n])[ \t]*Password:[ \t]*$", re.IGNORECASE),
    Stop.PROMPT: re.compile(r"(?:^|[\r\n])\((?P<name>[^()\r\n]{1,48})\) ?>[ \t]*$"),
    Stop.SUBMODE: re.compile(r"(?:^|[\r\n])\([^()\r\n]{1,48}\) [a-z]+>[ \t]*$"),
    Stop.OTHER: re.compile(r"(?:^|[\r\n])[A-Za-z0-9][\w.-]{0,62}(?:\([\w-]+\))?[#>][ \t]*$"),
}


def logged_in(target: SshTarget, terminal: Terminal) -> str:
    """Answer the dialogue once; the system name that the prompt shows.

    Raises:
        AuthenticationRefused: the name is asked for again. Never retried: it locks the account.
        DeviceBusy: no session is free. CapabilityMissing: not a controller to log in to.
        DeviceUnreachable: the dialogue broke off.
    """
    dialogue = _Dialogue(target, terminal)
    stop, text = dialogue.next()
    if stop is Stop.USER:
        dialogue.refuse_factory(text)
        terminal.send(f"{target.username}\n")
        stop, text = dialogue.next()
    if stop is Stop.PASSWORD:
        terminal.send(f"{target.password}\n")
        stop, text = dialogue.next()
        if stop in (Stop.USER, Stop.PASSWORD):
            raise AuthenticationRefused(
                target.controller, dialogue.where, f"refused for {target.username!r}"
            )
    return dialogue.name(stop)


class _Dialogue:
    """One login, and what it showed so far."""

    def __init__(self, target: SshTarget, terminal: Terminal) -> None:
        self._target = target
        self._terminal = terminal
        self.where = f"login at {target.host}:{target.port}"
        self._seen = ""
        self._prompt = ""

    def next(self) -> tuple[Stop, str]:
        """Read on to where it stands still."""
        try:
            stop, text = self._terminal.until(STOPS, self._target.connect_timeout_s)
        except ClosedError as err:
            self._ended(err.seen)
        except QuietError as err:
            self._raise_if_full(err.seen)
            raise DeviceUnreachable(
                self._target.controller,
                self.where,
                f"neither login nor prompt in {self._target.connect_timeout_s:g} s",
            ) from err
        self._seen += text
        self._prompt = self._terminal.last
        return stop, text

    def refuse_factory(self, text: str) -> None:
        """A box without a configuration would take our answers for its set-up."""
        if FACTORY.search(self._terminal.last) or FACTORY.search(text):
            raise CapabilityMissing(
                self._target.controller,
                self.where,
                "the controller has no configuration yet (it offers Recover-Config)",
            )

    def name(self, stop: Stop) -> str:
        """The system name in the prompt."""
        found = STOPS[Stop.PROMPT].search(self._prompt)
        if stop is Stop.PROMPT and found is not None:
            name = found["name"]
            if name.endswith(STANDBY):
                raise CapabilityMissing(
                    self._target.controller, self.where, "this is the standby unit of a pair"
                )
            return name
        raise CapabilityMissing(
            self._target.controller,
            self.where,
            f"this is no AireOS controller: its prompt reads {self._prompt.strip()[-40:]!r}",
        )

    def _ended(self, seen: str) -> NoReturn:
        """A session that ends before its prompt: without a free one, that is how it goes."""
        self._raise_if_full(seen)
        if not self._seen and not seen.strip():
            raise DeviceBusy(
                self._target.controller,
                self.where,
                "the session was ended before the login dialogue: no session is free",
            )
        raise DeviceUnreachable(
            self._target.controller, self.where, "the session ended during the login"
        )

    def _raise_if_full(self, seen: str) -> None:
        found = FULL.search(self._seen + seen)
        if found:
            raise DeviceBusy(self._target.controller, self.where, found[0].strip()[:120])
