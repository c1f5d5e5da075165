"""News of one remediation: what was journaled since somebody looked last, and how it stands.

Each look is short, and reads of the journal only what is new.
"""

from dataclasses import dataclass

from service.domain.documents import Document
from service.domain.journal import Closed
from service.domain.journal_words import entry_document
from service.usecases.context import Context
from service.usecases.show import show_remediation


@dataclass(frozen=True, slots=True)
class News:
    """What one look saw.

    Attributes:
        entries: journal entries in words, oldest first, each with its number.
        seq: the number of the newest entry; 0: nothing is journaled yet.
        state: how it stands; None: nothing was journaled, so nobody looked.
        is_over: it has ended, and nobody wants it back.
    """

    entries: tuple[Document, ...]
    seq: int
    state: Document | None
    is_over: bool


def news_of(context: Context, remediation: str, *, after: int, whole: bool) -> News:
    """What is new since entry number `after`.

    Args:
        context: the ports.
        remediation: its id.
        after: the entry that was seen last; 0: none.
        whole: look how it stands, also where nothing was journaled.

    Raises:
        NotFound: there is none of that id.
    """
    store = context.store
    entries = store.journal_after(remediation, after)
    if not (entries or whole):
        return News((), after, None, is_over=False)
    told = show_remediation(context, remediation)
    state = {key: told[key] for key in ("id", "state", "detail")}
    newest = entries or store.journal_after(remediation, max(after - 1, 0))
    seq = newest[-1].seq if newest else 0
    ended = isinstance(newest[-1].event, Closed) if newest else told["state"] == "cancelled"
    is_over = ended and store.recalled(remediation) is None
    return News(tuple(entry_document(one) for one in entries), seq, state, is_over)
