"""The command line of an AireOS controller over SSH: its own login, its pagers, its questions.

One login, ever: the SSH layer lets everybody in and the shell then asks for the name again and
again, so a wrong password that is sent twice locks the account. The prompt is anchored on the name
that the login shows, since outputs hold `>` too. Nothing here changes the terminal's settings: a
pager is answered, never switched off, for that would be a change of the configuration.
Source: FACTS for AireOS, section 1.
"""

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from service.drivers.links.cli_login import logged_in
from service.drivers.links.cli_terminal import (
    ClosedError,
    Deadline,
    QuietError,
    Terminal,
    opened,
)
from service.drivers.links.cli_words import (
    ENTER,
    ENTRIES,
    KEY,
    MORE,
    PAUSED,
    QUESTION,
    UNKNOWN_COMMAND,
    UNSAVED,
    Answer,
    Ending,
    Stop,
    body_of,
    question_in,
)
from service.drivers.links.rpc import gist, may_change, rpc
from service.drivers.links.ssh import SshTarget
from service.errors import CapabilityMissing, DeviceError, DeviceUnreachable, OutcomeUnknown

ECHO_GRACE_S = 1.0
LOGOUT_S = 5.0
ANSWER_S = 5.0
NUDGE_S = 3.0


class CliLink:
    """One logged-in session. Never shared between threads."""

    def __init__(self, target: SshTarget, terminal: Terminal, name: str) -> None:
        self._target = target
        self._terminal = terminal
        self.name = name
        prompt = rf"(?:^|[\r\n])\({re.escape(name)}\) ?>[ \t]*$"
        self._spare = re.compile(rf"(?:\s*^\({re.escape(name)}\) ?>[ \t]*)+\Z", re.MULTILINE)
        self._stops = {
            Stop.PROMPT: re.compile(prompt),
            Stop.MORE: re.compile(MORE),
            Stop.ENTER: re.compile(ENTER),
            Stop.KEY: re.compile(KEY),
            Stop.QUESTION: re.compile(QUESTION, re.IGNORECASE),
        }

    @classmethod
    def open(cls, target: SshTarget, *, legacy: bool) -> "CliLink":
        """Log in, once; `legacy` allows SHA-1 key exchange and ssh-rsa.

        Raises:
            DeviceUnreachable, AuthenticationRefused, HostKeyRefused, DeviceBusy.
            CapabilityMissing: what answers is no AireOS controller, or not one to log in to.
        """
        terminal = opened(target, legacy=legacy)
        try:
            return cls(target, terminal, logged_in(target, terminal))
        except DeviceError:
            terminal.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether the session can still be used, as far as this end knows."""
        return self._terminal.alive

    def responds(self) -> bool:
        """Whether an empty line brings the prompt again; a session that does not is over."""
        try:
            self._terminal.drain()
            self._terminal.send("\n")
            stop, _ = self._terminal.until(self._stops, ANSWER_S)
        except (ClosedError, QuietError):
            self._terminal.close()
            return False
        return stop is Stop.PROMPT

    def show(self, command: str, *, timeout_s: float) -> str:
        """What a command prints, pagers answered.

        Raises:
            CapabilityMissing: the controller does not know the command.
            DeviceUnreachable: the session ended, or no prompt came in time.
        """
        text = self._said(command, timeout_s).text
        if UNKNOWN_COMMAND.search(text):
            raise CapabilityMissing(
                self._target.controller, command, "the controller does not know this command"
            )
        return text

    def words_after(self, line: str, *, timeout_s: float) -> str:
        """What the controller offers after the beginning of a line.

        No line is sent where `?` is a key. Where it is none, nothing happens: then Enter brings
        what there is to say. What was typed names no value, so it sets nothing either way.

        Raises:
            DeviceUnreachable: the session ended, or nothing came in time.
        """
        back = re.compile(rf"\({re.escape(self.name)}\) ?>{re.escape(line)} ?$")
        stops = {Stop.PROMPT: back, Stop.MORE: self._stops[Stop.MORE]}
        seen, deadline = "", self._terminal.deadline(timeout_s)
        try:
            self._terminal.drain()
            self._terminal.send(f"{line} ?")
            while True:
                stop, text = self._offered(stops)
                if stop is None:
                    return self._entered(f"{line} ?", deadline)
                seen += text
                if stop is Stop.PROMPT:
                    break
                seen += self._move_on(stop)
            self._terminal.send("\x08" * (len(line) + 1) + "\n")  # what was typed is taken back
            self._terminal.until(self._stops, ANSWER_S)
        except ClosedError as err:
            self._broken(f"{line} ?", "the session ended", seen + err.seen)
        except QuietError as err:
            self._broken(f"{line} ?", "the line did not come back", seen + err.seen)
        return body_of(f"{line} ?", seen)

    def _offered(self, stops: Mapping[Stop, re.Pattern[str]]) -> tuple[Stop | None, str]:
        """Where help stands still; None where none comes. Raises ClosedError."""
        try:
            return self._terminal.until(stops, ANSWER_S)
        except ClosedError:
            raise
        except QuietError:
            return None, ""

    def _entered(self, typed: str, deadline: Deadline) -> str:
        """What comes of Enter behind what was typed. Raises ClosedError, QuietError."""
        self._terminal.send("\n")
        seen = ""
        while True:
            stop, text = self._terminal.until(self._stops, deadline.left_s)
            seen += text
            if stop is Stop.PROMPT:
                return body_of(typed, seen)
            seen += self._move_on(stop)

    def configure(self, line: str, *, timeout_s: float, yes: bool = False) -> Answer:
        """Send one line that may change the controller, once.

        Its one question is answered with yes where `yes` says so; any other is answered no.

        Raises:
            DeviceUnreachable: it was never sent.
            OutcomeUnknown: it was sent, and its end was not seen.
        """
        if not self.alive:
            raise DeviceUnreachable(self._target.controller, line, "the session has ended")
        try:
            return self._said(line, timeout_s, yes=yes)
        except DeviceUnreachable as err:
            raise OutcomeUnknown(self._target.controller, line, err.detail) from err

    def converse(
        self, line: str, reply: Callable[[str], bool], *, timeout_s: float
    ) -> tuple[str, Ending]:
        """Send a line that asks more than once, or works on after its questions.

        Args:
            line: sent once.
            reply: gets everything printed up to a question; whether to say yes.
            timeout_s: how long to listen after the last answer; a line that works on is not ended.

        Returns:
            everything printed, and how it stands.

        Raises:
            DeviceUnreachable: it was never sent. OutcomeUnknown: it was, and asked nothing.
        """
        if not self.alive:
            raise DeviceUnreachable(self._target.controller, line, "the session has ended")
        seen, asked = "", False
        try:
            self._terminal.drain()
            self._terminal.send(f"{line}\n")
            while True:
                stop, text = self._terminal.until(self._stops, timeout_s)
                seen += text
                if stop is Stop.PROMPT and (asked or self._has_echo(line, seen)):
                    return body_of(line, seen), Ending.PROMPT
                if stop is Stop.QUESTION:
                    asked = True
                    self._terminal.send("y\n" if reply(seen) else "n\n")
                    seen += "\n"
        except ClosedError as err:
            self._terminal.close()
            return body_of(line, seen + err.seen), Ending.CLOSED
        except QuietError as err:
            if asked:
                return body_of(line, seen + err.seen), Ending.GOES_ON
            self._terminal.close()
            raise OutcomeUnknown(
                self._target.controller, line, f"no question in {timeout_s:g} s"
            ) from err

    def more(self, *, timeout_s: float) -> tuple[str, Ending]:
        """What a line that works on has printed since it was last answered, and how it stands."""
        try:
            _, text = self._terminal.until({Stop.PROMPT: self._stops[Stop.PROMPT]}, timeout_s)
        except ClosedError as err:
            self._terminal.close()
            return err.seen, Ending.CLOSED
        except QuietError as err:
            return err.seen, Ending.GOES_ON
        return text, Ending.PROMPT

    def unsaved(self) -> bool:
        """Whether the running configuration was not saved: the question at logout tells.

        The session is over afterwards; nothing is saved by this.

        Raises:
            DeviceUnreachable: the controller did not let go as it should.
        """
        try:
            self._terminal.send("logout\n")
            stop, text = self._terminal.until(self._stops, LOGOUT_S)
        except ClosedError as err:
            self._terminal.close()
            return bool(UNSAVED.search(err.seen))
        except QuietError as err:
            self._broken("logout", f"no answer in {LOGOUT_S:g} s", err.seen)
        asked = stop is Stop.QUESTION and UNSAVED.search(text) is not None
        self._leave()
        if stop is not Stop.QUESTION:
            raise DeviceUnreachable(self._target.controller, "logout", "the session did not end")
        return asked

    def drop(self) -> None:
        """Hang up at once, while a line works on: nothing is typed into it. Never raises."""
        self._terminal.close()

    def close(self) -> None:
        """Log out, saving nothing. Never raises."""
        if self.alive:
            try:
                self._terminal.send("logout\n")
                stop, _ = self._terminal.until(self._stops, LOGOUT_S)
                if stop is Stop.QUESTION:
                    self._leave()
            except (ClosedError, QuietError):
                pass  # it is over, which is what was wanted
        self._terminal.close()

    # -- one command -----------------------------------------------------------------------

    def _said(self, line: str, timeout_s: float, *, yes: bool = False) -> Answer:
        """Send a line and read to the next prompt, whatever stands in between."""
        with rpc(self._target.controller, "cli", gist(line), changes=may_change(line)):
            return self._exchange(line, timeout_s, yes=yes)

    def _exchange(self, line: str, timeout_s: float, *, yes: bool) -> Answer:
        seen, asked, is_paged, stop = "", "", False, Stop.PROMPT
        try:
            self._terminal.drain()
            self._terminal.send(f"{line}\n")
            deadline = self._terminal.deadline(timeout_s)
            while True:
                stop, text = self._next(deadline, after=stop)
                is_list = stop is Stop.QUESTION and ENTRIES.search(text) is not None
                seen += text.rpartition("\n")[0] if is_list else text
                if stop is Stop.PROMPT and (asked or self._has_echo(line, seen)):
                    body = body_of(line, seen)
                    return Answer(self._spare.sub("", body) if asked or is_paged else body, asked)
                if stop is Stop.QUESTION and not is_list:
                    asked = question_in(text)
                    self._terminal.send("y\n" if yes else "n\n")
                    yes = False  # one question was foreseen
                else:
                    seen += self._move_on(stop)
                    is_paged = True  # a key that was not wanted brings one more prompt
        except ClosedError as err:
            self._broken(line, "the session ended", seen + err.seen)
        except QuietError as err:
            self._broken(line, f"no prompt in {timeout_s:g} s", seen + err.seen)

    def _next(self, deadline: Deadline, *, after: Stop) -> tuple[Stop, str]:
        """Where the output stands still next; Enter for a pager that no key moves."""
        if after in (Stop.MORE, Stop.KEY):
            try:
                return self._terminal.until(self._stops, min(NUDGE_S, deadline.left_s))
            except ClosedError:
                raise
            except QuietError:
                self._terminal.send("\n")
        return self._terminal.until(self._stops, deadline.left_s)

    def _move_on(self, stop: Stop) -> str:
        """Answer what only waits for a key; what is to be put into the text in its place."""
        if stop is Stop.PROMPT:
            return "\n"  # a prompt left over from before
        self._terminal.send({Stop.ENTER: "\n", Stop.QUESTION: "y\n"}.get(stop, " "))
        return PAUSED

    def _has_echo(self, line: str, seen: str) -> bool:
        """Whether the prompt is the one behind our line; one that never echoes is believed."""
        return line in seen or not self._terminal.more_within(ECHO_GRACE_S)

    def _leave(self) -> None:
        try:
            self._terminal.send("n\n")
            self._terminal.until(self._stops, 1.0)
        except (ClosedError, QuietError):
            pass  # either way nothing was saved
        self._terminal.close()

    def _broken(self, line: str, what: str, seen: str) -> NoReturn:
        """A session that lost its thread is never used again."""
        self._terminal.close()
        lines = sum(1 for one in body_of(line, seen).splitlines() if one.strip())
        raise DeviceUnreachable(self._target.controller, line, f"{what}, after {lines} line(s)")
