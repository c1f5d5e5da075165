"""A captured terminal session, cut into the outputs of its commands.

A capture may hold several commands with prompts of either platform, pager leftovers, blanks that a
web page made of tabs, and prose around it all. Only what stands behind a known prompt is a command.
"""

import re
from dataclasses import dataclass

_VERBS = (
    "show|sh|do|more|dir|test|clear|debug|undebug|clock|ntp|no|config\\w*|conf|write|wr|install"
    "|term\\w*|copy|grep|transfer|reset|save|logout|exit|end|en\\w*|redundancy|ap"
)
_XE_PROMPT = re.compile(
    rf"\s*[A-Za-z0-9][\w.-]{{0,62}}(?:\([\w-]+\))?[#>]\s*(?P<command>(?:{_VERBS})\b.*)?"
)
_AIREOS_PROMPT = re.compile(r"\s*\((?!config)[^()]{1,40}\)\s*>\s?(?P<command>.*)")
_ECHO = re.compile(r"\s{0,8}(?:# command: )?(?P<command>(?:show|grep include) [\x20-\x7e]{2,80})")
_PAGER = re.compile(
    r"[ \t]*-{1,2} ?More ?-{1,2}(?: or \(q\)uit)?[ \t]*|\x1b\[[\d;]*[A-Za-z]|[\x08\x1b]"
)

LONGEST_LINE = 2000
"""Characters of a line that are looked at; no table and no message is wider."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its number in the file, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """What followed one command; `command` is None for what stands before the first prompt."""

    command: str | None
    lines: tuple[Line, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was printed."""
        return not any(line.text.strip() for line in self.lines)


def outputs(text: str) -> tuple[Output, ...]:
    """The outputs of a session, in order; blank ones are left out."""
    found: list[Output] = []
    command: str | None = None
    lines: list[Line] = []
    for number, raw in enumerate(_clean(text).splitlines(), start=1):
        asked, is_prompt = _command(raw)
        if is_prompt:
            found.append(Output(command, tuple(lines)))
            command, lines = asked, []
        else:
            lines.append(Line(number, raw.rstrip()[:LONGEST_LINE]))
    found.append(Output(command, tuple(lines)))
    return tuple(output for output in found if not output.is_blank)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").expandtabs(8)
    return _PAGER.sub("", text)


def _command(line: str) -> tuple[str | None, bool]:
    """The command on a prompt line, and whether it is one."""
    for prompt in (_XE_PROMPT, _AIREOS_PROMPT, _ECHO):
        if match := prompt.fullmatch(line):
            command = (match["command"] or "").strip()
            return (command or None), True
    return None, False
