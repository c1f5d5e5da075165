"""The command table: a line from exec, or from a submode, to its answer."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field

from service.lab.aireos.answers import USAGE, Answer, AnyKey, Context, Text
from service.lab.aireos.commands import clock, image, policy, system
from service.lab.aireos.shows import aps, join, security
from service.lab.aireos.shows import system as show_system

Command = Callable[[Context, list[str]], Answer]
SUBMODES = ("config", "show", "debug", "transfer", "license", "reset", "save", "test", "clear")
LEAVES = {"debug": ("end", "exit")}  # the others by exit
DEPRECATED = {"debug lwapp": "This command has been deprecated! Please use 'debug capwap' instead."}
READ_ONLY_REFUSED = ("config", "save", "reset", "transfer", "clear", "debug")
DENIED = "Request failed: the user is not authorized for this command"  # unverified wording
GREP_KEY = "Press any key to continue.."
PLAIN_SHOWS = show_system.SHOWS | aps.SHOWS | join.SHOWS | security.SHOWS


def _plain(show: Callable[[Context], str]) -> Command:
    def run(context: Context, args: list[str]) -> Answer:
        return Text(USAGE) if args else Text(show(context))

    return run


def _ap_page(context: Context, args: list[str]) -> Answer:
    state = aps.found(context, " ".join(args))
    return Text(system.NO_AP if state is None else aps.config_general(context, state))


def _ap_inventory(context: Context, args: list[str]) -> Answer:
    if args == ["all"]:
        return Text("\n".join(map(aps.inventory, aps.joined(context))))
    state = aps.found(context, " ".join(args))
    return Text(system.NO_AP if state is None else aps.inventory(state))


def _join_detailed(context: Context, args: list[str]) -> Answer:
    state = join.by_mac(context, args[0]) if len(args) == 1 else None
    if len(args) != 1:
        return Text(USAGE)
    return Text("AP not found" if state is None else join.detailed(context, state))  # unverified


def _image_status(context: Context, args: list[str]) -> Answer:
    if args or not aps.knows_status(context):
        return Text(USAGE)
    return Text(aps.image_status(context))


def _grep(context: Context, args: list[str]) -> Answer:
    match args:
        case [("include" | "exclude") as word, pattern, command]:
            found = security.grep(context, pattern, command, include=word == "include")
            return Text(USAGE) if found is None else AnyKey(GREP_KEY, found)
        case _:
            return Text(USAGE)


COMMANDS: dict[str, Command] = {
    **{line: _plain(show) for line, show in PLAIN_SHOWS.items()},
    **clock.COMMANDS,
    **image.COMMANDS,
    **policy.COMMANDS,
    **system.COMMANDS,
    "show ap config general": _ap_page,
    "show ap image status": _image_status,
    "show ap inventory": _ap_inventory,
    "show ap join stats detailed": _join_detailed,
    "grep": _grep,
}
LONGEST = max(len(line.split()) for line in COMMANDS)


@dataclass(slots=True)
class Shell:
    """One session's place in the command tree."""

    mode: str | None = None  # a submode; None: exec
    history: list[str] = field(default_factory=list)

    def prompt(self, name: str) -> str:
        """The prompt of the place."""
        return f"({name}) {self.mode or ''}>"

    def run(self, context: Context, line: str) -> Answer:
        """Carry out one line."""
        typed = line.strip()
        if not typed:
            return Text()
        self.history.append(typed)
        if self.mode is not None:
            if typed in LEAVES.get(self.mode, ("exit",)):
                self.mode = None
                return Text()
            typed = f"{self.mode} {typed}"
        elif typed in SUBMODES:
            if self._refused(context, typed):
                return Text(USAGE)
            self.mode = typed
            return Text()
        return self._carried_out(context, typed)

    def _carried_out(self, context: Context, typed: str) -> Answer:
        for start, answer in DEPRECATED.items():
            if typed.startswith(start):
                return Text(answer)
        if self._refused(context, typed):
            return Text(USAGE)  # unverified: what a read-only user is told
        denied = context.box.spec.login.denied
        if any(typed.startswith(start) for start in denied):
            return Text(DENIED)
        words = _words(typed)
        for size in range(min(LONGEST, len(words)), 0, -1):
            command = COMMANDS.get(" ".join(words[:size]))
            if command is not None:
                return command(context, words[size:])
        return Text(USAGE)

    def _refused(self, context: Context, typed: str) -> bool:
        read_only = context.box.access == "read-only"
        return read_only and typed.split(maxsplit=1)[0] in READ_ONLY_REFUSED


def _words(typed: str) -> list[str]:
    try:
        return shlex.split(typed, posix=True)
    except ValueError:  # an open quote
        return typed.split()
