"""A desk that is told by signed calls: every message one POST, its body by the inventory's mapping.

It cannot be asked, so nothing is looked for: a message whose answer was lost is sent again, under
the same delivery id, and whoever receives it tells by that id that it came before. What a change
says is told by the other side itself (`usecases/ticket_words.py`).
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from service.domain.events.signing import SHORTEST_KEY
from service.domain.ticket_mapping import Name, TicketMapping
from service.domain.tickets import ChangeReading, Kind
from service.domain.webhooks import DELIVERY, EVENT, signed_headers
from service.errors import InvalidInput, ItsmUnreachable
from service.notify.itsm_http import ItsmHttp
from service.ports.clock import Clock
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft, Record, Verdict

LONGEST_REF, LONGEST_NUMBER, SHOWN = 64, 64, 12


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs what we send; the secret is asked for each time, so that a renewed one is used."""

    key: str
    secret: Callable[[], str] = field(repr=False)
    clock: Clock

    def headers(self, what: str, body: bytes) -> dict[str, str]:
        """Raises ItsmUnreachable: there is no usable secret, like a desk that is not there."""
        try:
            secret = self.secret()
        except InvalidInput as err:
            raise ItsmUnreachable(what, str(err)) from None
        if len(secret) < SHORTEST_KEY:
            why = f"the secret that signs has fewer than {SHORTEST_KEY} characters"
            raise ItsmUnreachable(what, why)
        return signed_headers(secret, self.key, int(self.clock.now().wall.timestamp()), body)


class TicketHook:
    """One receiver. Its tickets are called what it answers, else by their correlation id."""

    def __init__(self, http: ItsmHttp, path: str, signer: Signer, mapping: TicketMapping) -> None:
        self._http, self._path, self._signer, self._mapping = http, path, signer, mapping

    # -- both ------------------------------------------------------------------------------

    def find(self, kind: Kind, correlation: str) -> Record | None:
        """Nobody can look."""
        del kind, correlation
        return None

    def note(self, kind: Kind, ref: str, text: str) -> None:
        """Tell a note."""
        self._tell("note", kind, correlation_of(ref), {"text": text})

    def has_note(self, kind: Kind, ref: str, marker: str) -> bool:
        """Nobody can look: it is told again."""
        del kind, ref, marker
        return False

    def attach(self, kind: Kind, ref: str, file: Attachment) -> None:
        """Send a file, in base64; one of the same name is the same file."""
        data = base64.b64encode(file.data).decode()
        fields = {"name": file.name, "media_type": file.media_type, "data": data}
        self._tell("attach", kind, correlation_of(ref), fields, same={"name": file.name})

    def has_attachment(self, kind: Kind, ref: str, name: str) -> bool:
        """Nobody can look: it is sent again."""
        del kind, ref, name
        return False

    # -- changes ---------------------------------------------------------------------------

    def open_change(self, draft: ChangeDraft) -> Record:
        """Tell of a new change."""
        fields = {**_texts(draft), "start": _time(draft.start), "end": _time(draft.end)}
        said = self._tell("open_change", "change", draft.correlation, fields, same={})
        return _record(draft.correlation, said)

    def read_change(self, ref: str) -> ChangeReading | None:
        """It is not asked: it tells."""
        del ref
        return None

    def begin_change(self, ref: str) -> None:
        """Tell that the work begins."""
        self._tell("begin_change", "change", correlation_of(ref), {})

    def close_change(self, ref: str, verdict: Verdict, notes: str) -> None:
        """Tell that the work is done."""
        fields = {"verdict": verdict, "notes": notes}
        self._tell("close_change", "change", correlation_of(ref), fields)

    # -- incidents -------------------------------------------------------------------------

    def open_incident(self, draft: IncidentDraft) -> Record:
        """Tell of a new incident."""
        said = self._tell("open_incident", "incident", draft.correlation, _texts(draft), same={})
        return _record(draft.correlation, said)

    def update_incident(self, ref: str, draft: IncidentDraft) -> bool:
        """Tell what it is by now; nobody can look whether it was closed there."""
        self._tell("update_incident", "incident", correlation_of(ref), _texts(draft))
        return True

    def resolve_incident(self, ref: str, notes: str) -> None:
        """Tell that it is gone."""
        self._tell("resolve_incident", "incident", correlation_of(ref), {"notes": notes})

    def _tell(
        self,
        name: Name,
        kind: Kind,
        correlation: str,
        fields: Mapping[str, str],
        *,
        same: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """One POST; what was answered. `same`: the part of the fields that makes it the same."""
        delivery = _delivery(name, kind, correlation, fields if same is None else same)
        common = {"correlation": correlation, "kind": kind, "message": name, "delivery": delivery}
        body = self._mapping.body(name, {**fields, **common})
        if body is None:
            return {}
        what, data = name.replace("_", " "), json.dumps(body, separators=(",", ":")).encode()
        marks = {EVENT: f"ticket.{name}", DELIVERY: delivery}
        headers = {**self._signer.headers(what, data), **marks}
        return self._http.tell(what, self._path, data, headers).document


def _delivery(name: Name, kind: Kind, correlation: str, same: Mapping[str, str]) -> str:
    said = json.dumps([name, kind, correlation, same], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _texts(draft: ChangeDraft | IncidentDraft) -> dict[str, str]:
    """What a draft says, without its id and its times."""
    told = asdict(draft)
    return {key: said for key, said in told.items() if key not in {"correlation", "start", "end"}}


def _record(correlation: str, answer: Mapping[str, Any]) -> Record:
    """What the ticket is called: as the answer's `number` says, where it says something usable."""
    said = answer.get("number")
    number = said.strip() if isinstance(said, str) else ""
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        number = correlation[:SHOWN]
    return Record(number, ref_of(correlation))


def ref_of(correlation: str) -> str:
    """A correlation id in no more characters than a reference may have: a digest in base64."""
    if len(correlation) <= LONGEST_REF:
        return correlation
    digest, dot, tail = correlation.partition(".")
    short = base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")
    return f"~{short}{dot}{tail}"


def correlation_of(ref: str) -> str:
    """The correlation id again."""
    if not ref.startswith("~"):
        return ref
    short, dot, tail = ref[1:].partition(".")
    digest = base64.urlsafe_b64decode(short + "=" * (-len(short) % 4)).hex()
    return f"{digest}{dot}{tail}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
