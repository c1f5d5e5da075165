"""People who hear what is announced, and what happens for them to hear."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.domain.notices.damping import Message
from service.domain.webhooks import EventKind, Happening
from service.ports.webhooks import Receipt

AT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)


@dataclass
class Ears:
    """An announcer that hears everything, unless a channel is deaf.

    Attributes:
        deaf: what is answered, by reference, while it is there.
    """

    heard: list[tuple[str, Message]] = field(default_factory=list)
    deaf: dict[str, Receipt] = field(default_factory=dict)

    def check(self, reference: str) -> str:
        return f"service of {reference}"

    def say(self, reference: str, message: Message) -> Receipt:
        if reference in self.deaf:
            return self.deaf[reference]
        self.heard.append((reference, message))
        return Receipt(200)

    def titles(self, reference: str | None = None) -> list[str]:
        return [said.title for to, said in self.heard if reference in (None, to)]


def found(number: int = 1, controller: str = "hq-1", **finding) -> Happening:
    """A finding that was opened."""
    aps = [{"mac": f"02:00:00:00:00:{n:02x}", "name": f"ap-{n}"} for n in range(3)]
    about = {"id": f"f{number}", "issue": "FN72524", "confidence": "probable", "aps": aps} | finding
    kind, name = EventKind.FINDING_OPENED, f"finding/f{number}"
    return Happening(f"{name}/s1/opened", kind, AT, controller, name, {"finding": about})


def ended(state: str, number: int = 1, kind=EventKind.REMEDIATION_ENDED, **told) -> Happening:
    """A remediation that ended."""
    about = {"id": f"r{number}", "issue": "FN72524", "strategy": "clock-window", "state": state}
    about |= {"detail": "because", "aps": {"recovered": 3, "remaining": 1}} | told
    name = f"remediation/r{number}"
    return Happening(f"{name}/9/{kind}", kind, AT, "hq-1", name, {"remediation": about})


def alarm(number: int = 1) -> Happening:
    """One that was not put back."""
    left, mend = ["NTP server 192.0.2.1 is missing"], ["ntp server 192.0.2.1"]
    kind = EventKind.NEEDS_ATTENTION
    return ended("needs-attention", number, kind, left=left, mend=mend)
