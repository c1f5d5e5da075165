"""Event manager applets in the configuration, whichever form the release writes them in.

17.3: event/timer/countdown and action/cli. 17.6-17.12: event/timer-choice and action/cli-choice,
the older form still read. 17.15: time-set and maxrun-set in countdown, action-config/action, and
elseif with operand1, operation, operand2 (facts, section 7; the public module of 17.15.1).
"""

from dataclasses import dataclass

from service.lab.box.tree import at, every, word
from service.lab.yang.edit import canonical
from service.lab.yang.paths import Element, local, text_of

DEFAULT_MAXRUN_S = 20.0  # facts, section 7


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its label, what it does, and the words that go with it."""

    label: str
    verb: str  # cli, regexp, if, elseif, else, end, syslog, wait, exit, set, increment, puts, ...
    words: tuple[str, ...] = ()

    def text(self) -> str:
        """As a configuration line shows it."""
        quoted = (f'"{w}"' if " " in w or self.verb == "cli" else w for w in self.words if w)
        between = "cli command" if self.verb == "cli" else self.verb
        return " ".join([between, *quoted])


@dataclass(frozen=True, slots=True)
class Applet:
    """One applet; `countdown_s` is None when its event is something the lab doesn't start."""

    name: str
    bypass: bool
    countdown_s: float | None
    maxrun_s: float
    maxrun_given: bool
    actions: tuple[Action, ...]  # in label order, compared as text
    written: bytes  # the configuration it was read from


def applets_of(running: Element) -> dict[str, Applet]:
    """Applets by name."""
    found = every(at(running, "native/event/manager"), "applet")
    return {applet.name: applet for applet in map(_applet, found)}


def _applet(element: Element) -> Applet:
    countdown = at(element, "event/timer-choice/countdown")
    if countdown is None:
        countdown = at(element, "event/timer/countdown")
    time = word(countdown, "time") or word(countdown, "time-set")
    maxrun = word(countdown, "maxrun") or word(countdown, "maxrun-set")
    actions = every(element, "action") + every(at(element, "action-config"), "action")
    return Applet(
        name=word(element, "name"),
        bypass=word(element, "authorization") == "bypass",
        countdown_s=float(time) if time else None,
        maxrun_s=float(maxrun) if maxrun else DEFAULT_MAXRUN_S,
        maxrun_given=bool(maxrun),
        actions=tuple(sorted(map(_action, actions), key=lambda a: a.label)),
        written=canonical(element),
    )


def _action(element: Element) -> Action:
    label = word(element, "name")
    for child in element:
        name = local(child)
        if name == "name":
            continue
        if name in {"cli", "cli-choice"}:
            return Action(label, "cli", (word(child, "command"),))
        if name in {"regexp", "regexp-option"}:
            return Action(label, "regexp", _regexp(child))
        if name in {"syslog", "syslog-option"}:
            return Action(label, "syslog", (word(child, "msg"),))
        if name in {"if", "elseif"}:
            return Action(label, name, _condition(child))
        return Action(label, name, _plain(child))
    return Action(label, "nothing")


def _regexp(element: Element) -> tuple[str, ...]:
    parts = ("pattern", "input", "match", "submatch1", "submatch2", "submatch3")
    return tuple(word(element, f"string-{part}") for part in parts)


def _condition(element: Element) -> tuple[str, ...]:
    return (
        word(element, "string-op-1") or word(element, "operand1"),
        word(element, "keyword") or word(element, "operation"),
        word(element, "string-op-2") or word(element, "operand2"),
        word(element, "goto"),
    )


def _plain(element: Element) -> tuple[str, ...]:
    """Leaves of an action the older modules lack (set, increment, puts): in document order."""
    inside = [text_of(leaf).strip() for leaf in element.iter() if not len(leaf)]
    return tuple(inside)
