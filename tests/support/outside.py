"""The world as webhooks see it: receivers that do as told, and a sealer with a key."""

from dataclasses import dataclass, field

from service.domain.targets import Target
from service.errors import InvalidInput
from service.notify.seal import KeySealer
from service.ports.webhooks import Outside, Receipt

KEY = "k" * 44


@dataclass
class Secrets:
    """Every reference leads to one text."""

    clear: str = KEY

    def resolve(self, reference: str) -> str:
        del reference
        return self.clear


@dataclass
class RecordingSender:
    """Takes everything, unless told otherwise."""

    receipts: list[Receipt] = field(default_factory=list)
    sent: list[tuple[Target, dict[str, str], bytes]] = field(default_factory=list)
    refuses: str = ""

    def check(self, target: Target) -> None:
        if self.refuses and target:
            raise InvalidInput(f"found {self.refuses}", where="url", expected="another")

    def send(self, target: Target, headers: dict[str, str], body: bytes) -> Receipt:
        self.sent.append((target, headers, body))
        return self.receipts.pop(0) if self.receipts else Receipt(204)


def outside(sender: RecordingSender, *, key: str | None = "env:KEY") -> Outside:
    return Outside(sender, KeySealer(key, Secrets()))
