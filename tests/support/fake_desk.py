"""The ITSM port in memory: a desk that keeps what it is told, and may be away or say no."""

# ruff: noqa: ARG002 - the port says what each argument is

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from service.domain.tickets import ChangeReading
from service.errors import ItsmError, ItsmUnreachable
from service.ports.itsm import Record


@dataclass
class FakeDesk:
    """A desk.

    Attributes:
        fate: operation -> the error that it ends with, before anything is heard.
        deaf_after: operations that are heard, and whose answer is lost.
        meanwhile: what happens while it hears something.
    """

    changes: dict = field(default_factory=dict)
    incidents: dict = field(default_factory=dict)
    readings: dict = field(default_factory=dict)
    states: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    files: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    away: bool = False
    fate: dict = field(default_factory=dict)
    deaf_after: dict = field(default_factory=dict)
    meanwhile: Callable = lambda: None

    def _hear(self, what):
        self.asked.append(what)
        self.meanwhile()
        if self.away:
            raise ItsmUnreachable(what, "no answer in time")
        error = self.fate.get(what)
        if error is not None:
            raise error

    def _lose(self, what):
        error: ItsmError | None = self.deaf_after.pop(what, None)
        if error is not None:
            raise error

    # -- what people do there --------------------------------------------------------------

    def the_ref(self) -> str:
        (ref,) = self.changes
        return ref

    def say(self, **fields) -> None:
        """The only change says something else from now on."""
        ref = self.the_ref()
        self.readings[ref] = replace(self.readings[ref], **fields)

    # -- the port --------------------------------------------------------------------------

    def find(self, kind, correlation):
        self._hear("find")
        known = self.changes if kind == "change" else self.incidents
        for ref, draft in known.items():
            if draft.correlation == correlation:
                return Record(ref.upper(), ref)
        return None

    def open_change(self, draft):
        self._hear("open_change")
        ref = f"chg{len(self.changes) + 1}"
        self.changes[ref] = draft
        self.readings[ref] = ChangeReading("waiting", draft.start, draft.end, "New")
        self.states[ref] = "open"
        self._lose("open_change")
        return Record(ref.upper(), ref)

    def read_change(self, ref):
        self._hear("read_change")
        return self.readings[ref]

    def begin_change(self, ref):
        self._hear("begin_change")
        self.states[ref] = "begun"

    def close_change(self, ref, verdict, notes):
        self._hear("close_change")
        self.states[ref] = verdict
        self.readings[ref] = replace(self.readings[ref], standing="over", state="Closed")
        self._lose("close_change")

    def open_incident(self, draft):
        self._hear("open_incident")
        ref = f"inc{len(self.incidents) + 1}"
        self.incidents[ref] = draft
        self.states[ref] = "open"
        return Record(ref.upper(), ref)

    def update_incident(self, ref, draft):
        self._hear("update_incident")
        if self.states[ref] != "open":
            return False
        self.incidents[ref] = draft
        return True

    def resolve_incident(self, ref, notes):
        self._hear("resolve_incident")
        if self.states[ref] == "open":
            self.states[ref] = "resolved"
            self.notes.append((ref, notes))

    def note(self, kind, ref, text):
        self._hear("note")
        self.notes.append((ref, text))
        self._lose("note")

    def has_note(self, kind, ref, marker):
        self._hear("has_note")
        return any(one == ref and marker in text for one, text in self.notes)

    def attach(self, kind, ref, file):
        self._hear("attach")
        self.files.append((ref, file))
        self._lose("attach")

    def has_attachment(self, kind, ref, name):
        self._hear("has_attachment")
        return any((one, file.name) == (ref, name) for one, file in self.files)
