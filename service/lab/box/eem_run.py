"""One run of an applet: actions in label order, variables, conditions.

Time passes only in `cli` and `wait`; the owner provides it.
"""

import re
from collections.abc import Callable
from enum import Enum

from service.lab.box.cli import CliSession
from service.lab.box.eem_read import Action, Applet

MOST_STEPS = 10_000  # without time passing: an endless goto
VARIABLE = re.compile(r"\$(\w+)")
BEYOND_POSIX = re.compile(r"\\[A-Za-z]|\(\?")  # what Python knows and a box may not: unverified
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
Note = Callable[[str], None]


class Step(Enum):
    """What a run needs next."""

    CLI = "cli"  # `command` is to be run, its answer given to `answer`
    WAIT = "wait"  # `wait_s` has to pass
    RELOAD = "reload"
    DONE = "done"


class StopRunError(Exception):
    """The run ends at this action; the text says why."""


class Run:
    """The state of one run."""

    def __init__(
        self, applet: Applet, session: CliSession, started: float, variables: dict[str, str]
    ) -> None:
        self.applet = applet
        self.session = session
        self.started = started
        self.variables = {"_cli_result": "", "_regexp_result": "0", **variables}
        self.command = ""
        self.wait_s = 0.0
        self.end = ""
        self._place = 0

    def answer(self, text: str) -> None:
        """The output of the command."""
        self.variables["_cli_result"] = text

    def next_step(self, note: Note) -> Step:
        """Go on until time has to pass or the run is over; `note` takes syslog messages."""
        for _ in range(MOST_STEPS):
            if self._place >= len(self.applet.actions):
                return Step.DONE
            action = self.applet.actions[self._place]
            self._place += 1
            try:
                step = self._do(action, note)
            except (StopRunError, ValueError, re.error) as err:
                self.end = f"ended at {action.label}: {err}"
                return Step.DONE
            if step is not None:
                return step
        self.end = "ended: it turns in circles"
        return Step.DONE

    def _do(self, action: Action, note: Note) -> Step | None:
        words = [self._filled(w) for w in action.words]
        match action.verb:
            case "cli":
                self.command = words[0]
                return Step.CLI
            case "wait":
                self.wait_s = float(words[0])
                return Step.WAIT
            case "exit":
                self.end = "exited"
                return Step.DONE
            case "reload":
                return Step.RELOAD
            case "syslog" | "puts":
                note(" ".join(words))
            case _:
                self._flow(action, words)
        return None

    def _flow(self, action: Action, words: list[str]) -> None:
        match action.verb:
            case "regexp":
                self._regexp(action, words)
            case "if":
                self._if(words)
            case "else" | "elseif":  # reached after a branch that was taken
                self._place = self._after_block(stop_at=set())
            case "set" if len(words) > 1:
                self.variables[words[0]] = words[1]
            case "increment" if words:
                by = float(words[1]) if len(words) > 1 else 1
                self.variables[words[0]] = f"{float(self.variables.get(words[0], '0')) + by:g}"
            case "append" if len(words) > 1:
                self.variables[words[0]] = self.variables.get(words[0], "") + words[1]
            case "end" | "nothing":
                pass
            case verb:
                raise StopRunError(f"the lab does not simulate action {verb}")

    def _regexp(self, action: Action, words: list[str]) -> None:
        if BEYOND_POSIX.search(words[0]):
            raise StopRunError(f"regular expression {words[0]} is not a POSIX one")
        found = re.search(words[0], words[1])
        self.variables["_regexp_result"] = "1" if found else "0"
        if found:
            groups = [found.group(0), *found.groups()]
            for name, value in zip(action.words[2:], groups, strict=False):
                if name:
                    self.variables[name.lstrip("$")] = value or ""

    def _if(self, words: list[str]) -> None:
        first, keyword, second, goto = words
        if holds(first, keyword, second):
            if goto:
                labels = [a.label for a in self.applet.actions]
                self._place = labels.index(goto) if goto in labels else len(labels)
        elif not goto:
            self._place = self._after_block(stop_at={"else", "elseif"})

    def _after_block(self, stop_at: set[str]) -> int:
        """The place after the block's end, or after the branch that is to be tried next."""
        depth = 0
        for place in range(self._place, len(self.applet.actions)):
            action = self.applet.actions[place]
            if action.verb == "if" and not action.words[3]:
                depth += 1
            elif action.verb == "end":
                depth -= 1
                if depth < 0:
                    return place + 1
            elif depth == 0 and action.verb in stop_at:
                return self._try_branch(action, place)
        return len(self.applet.actions)

    def _try_branch(self, action: Action, place: int) -> int:
        if action.verb == "else":
            return place + 1
        first, keyword, second, _ = (self._filled(w) for w in action.words)
        self._place = place + 1
        if holds(first, keyword, second):
            return place + 1
        return self._after_block(stop_at={"else", "elseif"})

    def _filled(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] not in self.variables:
                raise StopRunError(f"unknown variable {found[1]}")
            return self.variables[found[1]]

        return VARIABLE.sub(value, text)


def holds(first: str, keyword: str, second: str) -> bool:
    """A comparison: equality of text, order of numbers (of text where they aren't numbers)."""
    if keyword in {"eq", "ne"}:
        return (first.strip() == second.strip()) is (keyword == "eq")
    compare = COMPARE.get(keyword)
    if compare is None:
        return False
    try:
        return compare(float(first), float(second))
    except ValueError:
        return compare(first > second, first < second)
