"""Parts: a sweep that is too large for one worker is polled by any number of them.

Each part is some controllers, due by itself (its id is the sweep's, a dot and a number) and claimed
like a sweep: who begins has it for a while, and one that died loses it by time. A part is judged by
itself, by what the store knows of the other controllers, and kept as the newest word on each of its
own. When none is left, the sweep's document is put together of these words.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from service.domain.diagnosis import Diagnosis
from service.domain.documents import finding_of, moment
from service.domain.inventory import Controller
from service.errors import StoreError
from service.ports.requests import AskedSweep, Document, Kind
from service.usecases.context import Context
from service.usecases.hear import is_heard
from service.usecases.incidents import tell_findings
from service.usecases.poll import Polled
from service.usecases.schedule import is_scheduled
from service.usecases.sweep import Judged, Sweep, sweep
from service.usecases.sweep_report import judged_document

PART = 50
"""So many controllers are a part; a sweep of no more than that is polled by one worker."""
CLAIM_S = 300.0
"""Longer than one controller takes that does not answer, login and reading together."""
CLAIM_AGAIN_S = 30.0
LOOK_AGAIN_S = 30.0
"""The last part says when all are polled; if nobody said it, somebody looks after that."""


class Claim:
    """What was claimed, claimed again as controllers are polled."""

    def __init__(self, context: Context, kind: Kind, item: str) -> None:
        self._context, self._kind, self._item = context, kind, item
        self._renewed = context.clock.now()

    def renew(self, _: Polled) -> None:
        """Somebody still works on it."""
        now = self._context.clock.now()
        if now.seconds_since(self._renewed) >= CLAIM_AGAIN_S:
            self._renewed = now
            self._context.store.set_due(self._kind, self._item, in_s=CLAIM_S, why="polling")


def is_large(asked: AskedSweep) -> bool:
    """Whether it is polled in parts."""
    return len(asked.controllers) > PART


def is_by_itself(asked: AskedSweep) -> bool:
    """Whether a schedule or an event asked for it, and no person."""
    return is_scheduled(asked) or is_heard(asked)


def divide(context: Context, sweep_id: str) -> int:
    """Write the parts of a large sweep down, all or none; how many messages are worth sending."""
    store, parts = context.store, 0
    with store.together():
        asked = store.sweep_asked(sweep_id)
        if asked is None or asked.state != "queued" or not is_large(asked):
            return 0
        for parts, _ in enumerate(range(0, len(asked.controllers), PART), start=1):
            store.set_due(Kind.PART, f"{sweep_id}.{parts - 1:05}", in_s=0, why="to be polled")
        store.mark_sweep(sweep_id, "running")
        store.set_due(Kind.SWEEP, sweep_id, in_s=LOOK_AGAIN_S, why="its parts are polled")
    return parts


def answer_parts(context: Context, sweep_id: str) -> Iterator[Sweep]:
    """Poll and keep one part after the other that nobody else has, and give each."""
    asked = context.store.sweep_asked(sweep_id)
    for part in context.store.due_items(Kind.PART, begins=f"{sweep_id}."):
        if asked is not None and context.store.claim_due(Kind.PART, part, for_s=CLAIM_S):
            try:
                yield _answer(context, asked, part)
            except StoreError:
                with suppress(StoreError):  # else its claim runs out
                    context.store.set_due(Kind.PART, part, in_s=0, why="the store failed")
                raise


def _answer(context: Context, asked: AskedSweep, part: str) -> Sweep:
    result = sweep(
        context,
        _controllers(context, asked, int(part.rpartition(".")[2])),
        sweep_id=asked.id,
        on_polled=Claim(context, Kind.PART, part).renew,
        is_patient=is_by_itself(asked),
        is_thrifty=is_by_itself(asked),
    )
    documents = [judged_document(context, one) for one in result.controllers]
    context.store.keep_looks(asked.id, documents, at=result.finished)
    tell_findings(context, result)
    context.store.forget_due(Kind.PART, part)
    return result


def _controllers(context: Context, asked: AskedSweep, number: int) -> Sequence[Controller]:
    names = asked.controllers[number * PART : (number + 1) * PART]
    found = (context.inventory.get(name) for name in names)
    return [controller for controller in found if controller is not None]


def is_polled(context: Context, sweep_id: str) -> bool:
    """Whether no part is left; then the sweep is due to be put together."""
    if context.store.due_items(Kind.PART, begins=f"{sweep_id}."):
        return False
    if context.store.due_of(Kind.SWEEP, sweep_id) is None:
        return False
    context.store.set_due(Kind.SWEEP, sweep_id, in_s=0, why="its parts are polled")
    return True


def forget_parts(context: Context, sweep_id: str) -> None:
    """Nothing is to be polled for it any more."""
    for part in context.store.due_items(Kind.PART, begins=f"{sweep_id}."):
        context.store.forget_due(Kind.PART, part)


def put_together(context: Context, asked: AskedSweep) -> Sweep | None:
    """Keep a large sweep's document and follow it up, once it is polled; the caller has it claimed.

    None: parts are left, and it is looked at again.
    """
    store = context.store
    if store.due_items(Kind.PART, begins=f"{asked.id}."):
        store.set_due(Kind.SWEEP, asked.id, in_s=LOOK_AGAIN_S, why="its parts are polled")
        return None
    from service.usecases.follow_up import follow_up  # noqa: PLC0415 - no first poll waits for it

    looks = {look.controller: look for look in store.looks() if look.sweep == asked.id}
    words = [looks[name].document for name in asked.controllers if name in looks]
    finished = max((look.at for look in looks.values()), default=asked.at)
    times = {"id": asked.id, "started": moment(asked.at), "finished": moment(finished)}
    store.keep_sweep(asked.id, {"sweep": times, "controllers": words}, at=finished)
    judged = (_judged(context, name, looks[name].document) for name in looks)
    result = Sweep(asked.id, asked.at, finished, tuple(one for one in judged if one))
    follow_up(context, asked, result)
    store.forget_due(Kind.SWEEP, asked.id)
    return result


def _judged(context: Context, name: str, document: Document) -> Judged | None:
    """What was kept of one controller, as far as following it up needs it."""
    controller = context.inventory.get(name)
    if controller is None:
        return None
    listed = document.get("findings")
    found = tuple(finding_of(name, one) for one in listed) if isinstance(listed, list) else ()
    error = document.get("error")
    polled = Polled(controller, None, {}, None if error is None else str(error))
    return Judged(polled, Diagnosis(found), None, None)
