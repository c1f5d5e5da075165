"""The other side of a ticket pair: takes what it is sent by `responses`, and signs its words."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.inventory import Credentials, Hook, Itsm
from service.domain.ticket_mapping import own_form
from service.domain.webhooks import signature_of
from service.errors import InvalidInput

URL = "https://desk.example.net/hooks/aprejoin?team=wifi"
OURS, THEIRS = "canary-of-what-we-sign-with", "canary-of-what-they-sign-with"
HOOK = Hook("aprejoin", "env:OURS", "desk", "env:THEIRS", own_form())
ITSM = Itsm("webhook", URL, Credentials("", ""), hook=HOOK)
WORDS = "/api/v1/tickets/words"


class PairSecrets:
    """Secrets behind the references of the pair."""

    def resolve(self, reference):
        known = {"env:OURS": OURS, "env:THEIRS": THEIRS}
        if reference not in known:
            raise InvalidInput("nothing", where=reference, expected="a secret")
        return known[reference]


@dataclass
class OtherSide:
    """What it was told: a callback of `responses`; every body has to be signed by us.

    Attributes:
        broken: how many answers are lost, after all of it was heard.
    """

    heard: list[tuple[str, str, dict]] = field(default_factory=list)
    broken: int = 0

    def __call__(self, request):
        at = int(request.headers["Aprejoin-Timestamp"])
        assert request.headers["Aprejoin-Signature"] == signature_of(OURS, at, request.body)
        body = json.loads(request.body)
        said = (request.headers["Aprejoin-Event"], request.headers["Aprejoin-Delivery"], body)
        self.heard.append(said)
        if self.broken:
            self.broken -= 1
            return 502, {}, "bad gateway"
        return 200, {}, '{"number": "CHG-17"}' if "open_change" in said[0] else ""

    def events(self) -> list[str]:
        """The names of what it was told, each delivery once."""
        return list({delivery: event for event, delivery, _ in self.heard}.values())


def word(correlation: str, standing: str = "approved", **more) -> dict:
    """A word as it is sent."""
    return {"correlation": correlation, "standing": standing, **more}


def signed_word(caller, body, *, at: datetime, key: str = "desk", by: str = THEIRS, **headers):
    """A signed call."""
    data, second = json.dumps(body).encode(), str(int(at.timestamp()))
    own = {
        "Aprejoin-Key-Id": key,
        "Aprejoin-Timestamp": second,
        "Aprejoin-Signature": signature_of(by, int(second), data),
        "Content-Type": "application/json",
    }
    return caller.request("POST", WORDS, content=data, headers=own | headers)
