"""Lines and traps that matter, from YAML: the shipped ones, and a user's own before them."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from service.config.catalogue import NAMES, form_of
from service.config.form_parts import STRICT, Pattern, Text
from service.config.yaml_file import InvalidFile, Problem, read_bytes
from service.domain.events.messages import Message, Messages, Sense
from service.domain.events.notices import TrapKind, Traps

FOLDER = "messages"
"""In the catalogue's folder, shipped or a user's own."""


class MessageForm(BaseModel):
    """One kind of line."""

    model_config = STRICT
    name: Text
    sense: Sense
    pattern: Pattern
    verified: bool
    sources: list[Text]

    def to_domain(self) -> Message:
        """The domain's value."""
        pattern = re.compile(self.pattern)
        return Message(self.name, self.sense, pattern, self.verified, tuple(self.sources))


class TrapForm(BaseModel):
    """One kind of trap."""

    model_config = STRICT
    name: Text
    sense: Sense
    oids: list[Annotated[Text, Field(pattern=r"^[0-2](\.\d{1,10}){2,30}$")]] = Field(min_length=1)
    verified: bool
    sources: list[Text]

    def to_domain(self) -> TrapKind:
        """The domain's value."""
        return TrapKind(self.name, self.sense, tuple(self.oids), self.verified, tuple(self.sources))


class MessagesFile(BaseModel):
    """One file: lines of syslog, traps, or both."""

    model_config = STRICT
    messages: list[MessageForm] = []
    traps: list[TrapForm] = []


@dataclass(frozen=True, slots=True)
class Known:
    """What matters of what is heard."""

    messages: Messages
    traps: Traps

    def over(self, below: "Known") -> "Known":
        """These before those."""
        return Known(self.messages.over(below.messages), self.traps.over(below.traps))


def load_messages(catalogue: Path | None = None) -> Known:
    """The shipped ones, with those of a user's catalogue folder before them.

    Raises:
        InvalidFile: an InvalidInput whose message has one problem a line.
    """
    folder = None if catalogue is None else catalogue / FOLDER
    if folder is None or not folder.is_dir():
        return _shipped()
    return _read(sorted(one for name in NAMES for one in folder.glob(name))).over(_shipped())


@cache
def _shipped() -> Known:
    folder = Path(str(files("service").joinpath("catalogue", FOLDER)))
    return _read(sorted(folder.glob("*.yaml")))


def _read(paths: list[Path]) -> Known:
    messages: list[Message] = []
    traps: list[TrapKind] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            form = form_of(MessagesFile, read_bytes(path), path)
        except InvalidFile as err:
            problems.extend(err.problems)
            continue
        messages.extend(one.to_domain() for one in form.messages)
        traps.extend(one.to_domain() for one in form.traps)
    if problems:
        raise InvalidFile(problems)
    return Known(Messages(tuple(messages)), Traps(tuple(traps)))
