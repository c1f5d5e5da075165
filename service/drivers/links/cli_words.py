"""What AireOS prints around what it has to say: refusals, pagers, questions, and how a line ends.

Source: FACTS for AireOS, section 1.
"""

import re
from dataclasses import dataclass
from enum import Enum

ERRORS = re.compile(
    r"^\s*(Incorrect usage\b.*|Incorrect input!.*|Error!.*|% ?Error\b.*|ERROR:.*|Request failed.*"
    r"|Invalid\b.*|This command has been deprecated.*|.*already in use.*|.*is invalid\.?|HELP\b.*"
    r"|.*Permission denied.*|.*not (?:allowed|authorized|permitted).*)$",
    re.MULTILINE | re.IGNORECASE,
)
"""What a line of an answer looks like where a command was not taken (FACTS, section 1)."""
UNKNOWN_COMMAND = re.compile(r"^\s*Incorrect usage", re.MULTILINE)
ENTRIES = re.compile(r"display the next \d+ entries", re.IGNORECASE)
UNSAVED = re.compile(r"unsaved changes", re.IGNORECASE)

MORE = r"-{1,2} ?More ?-{1,2}(?: or \(q\)uit)?[ \t]*$"
ENTER = r"Press Enter to continue[. ]*$"
KEY = r"Press any key to continue[. ]*$"
QUESTION = r"\(y/n\)[ \t]*[?:]?[ \t]*$"
PAUSED = "\0"
TRACES = re.compile(rf"{PAUSED}(?: or \(q\)uit)?(?:\r[ \t]*\r(?!\n)|\x08[ \x08]*|\r(?!\n))?")
"""What a pager leaves: the rest of its words, and blanks that wipe it away."""


class Stop(Enum):
    """Where an output stands still."""

    PROMPT = "prompt"
    MORE = "more"
    ENTER = "enter"
    KEY = "key"
    QUESTION = "question"


class Ending(Enum):
    """How a line stands when it is listened to no longer."""

    PROMPT = "prompt"  # it ended
    CLOSED = "closed"  # the session ended
    GOES_ON = "goes-on"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a line of configuration was answered.

    Attributes:
        text: everything printed, without echo and prompt.
        asked: the question that was put, or an empty string.
    """

    text: str
    asked: str = ""

    @property
    def refusal(self) -> str:
        """The line that says no; empty where none does."""
        found = ERRORS.search(self.text)
        return found[0].strip() if found else ""


def question_in(text: str) -> str:
    """The question that a text ends in."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def body_of(line: str, seen: str) -> str:
    """What was printed: without the echo, and without the traces of pagers."""
    text = TRACES.sub("", seen)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x08", "")
    before, echo, after = text.partition(line)
    return (after if echo and not before.strip() else text).strip("\n")
