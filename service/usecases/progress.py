"""What one step of the engine came to."""

from dataclasses import dataclass, field

from service.domain.journal import Closed, Entry


@dataclass(frozen=True, slots=True)
class Progress:
    """What one advance came to.

    Attributes:
        come_back_s: seconds until the next one is useful; 0: at once.
        closed: how it ended, if it has.
        noted: what was journaled for it, and since the progress before.
        follow: the remediation next door that has to be carried on, too; empty: none.
    """

    step: str
    text: str
    come_back_s: float = 0.0
    closed: Closed | None = None
    facts: dict[str, str] = field(default_factory=dict)
    noted: tuple[Entry, ...] = ()
    follow: str = ""
