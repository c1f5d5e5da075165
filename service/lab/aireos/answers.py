"""What a command line can answer: text, a question, a key to wait for, or the end."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from service.lab.aireos.wlc import WlcBox

USAGE = "Incorrect usage.  Use the '?' or <TAB> key to list commands."


@dataclass(frozen=True, slots=True)
class Text:
    """Lines to print; empty is how success of a configuration command looks."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question after some text; `then` gets what was typed."""

    text: str
    prompt: str
    then: "Callable[[Context, str], Answer]"


@dataclass(frozen=True, slots=True)
class AnyKey:
    """A pager that stays even when paging is off: a key, then the text."""

    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class Bye:
    """The session ends."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What takes its time: lines come as they come, then the prompt. Keys do nothing meanwhile."""

    lines: "Callable[[], AsyncIterator[str]]"
    text: str = ""


Answer: TypeAlias = Text | Ask | AnyKey | Bye | Told


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks which box, and when."""

    box: WlcBox
    now: float
    who: str


def is_yes(typed: str) -> bool:
    """`y`, in either case; everything else is no."""
    return typed.strip().lower() in {"y", "yes"}


def dotted(label: str, value: object, width: int = 49) -> str:
    """`Label......... value`, as nearly every show command writes it."""
    return f"{label}{'.' * max(1, width - len(label))} {value}".rstrip(" ")
