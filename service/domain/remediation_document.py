"""The document of a remediation, as DESIGN.md section 7 has it, told from its journal.

Apart from the other documents, for it needs every strategy's steps, and they need none.
"""

from collections.abc import Iterator

from service.domain.documents import Document, moment
from service.domain.journal import Charter, Closed, Intended, StepDone, StepFailed
from service.domain.remediation import Run
from service.domain.steps.mending import (
    homes_by_hand,
    image_by_hand,
    install_by_hand,
    policy_way_home,
    repair_by_hand,
    way_home,
)
from service.domain.steps.protocol import Step
from service.domain.steps.staged_facts import all_captured
from service.domain.strategies.fixed_software_aireos_chain import FIRST, installing
from service.domain.strategies.known import strategy_of

CAPTURE = "capture"


def remediation_document(remediation: str, run: Run, *, orphaned: bool = False) -> Document:
    """A remediation as its journal tells it.

    Args:
        remediation: its id.
        run: its journal, folded.
        orphaned: nobody works on it and its lease is over: unfinished then means needs-attention
            (DESIGN.md, section 6.12), whoever reads it.
    """
    closed = run.closed or (_orphaned(run) if orphaned else None)
    return {
        "id": remediation,
        "controller": run.charter.controller,
        "issue": run.charter.issue,
        "strategy": run.charter.purpose,
        "state": closed.state if closed else "running",
        "detail": closed.detail if closed else "",
        "approved_by": run.charter.approved_by,
        "opened": moment(run.opened_at.wall),
        "steps": [
            *_step_documents(remediation, run),
        ],
        "aps": _aps_document(run, closed),
        "left": list(closed.left) if closed else [],
        "mend": list(closed.mend) if closed else [],
    }  # fmt: skip


def _captured(charter: Charter) -> str:
    if charter.staging is not None:
        return f"{len(charter.aps)} AP(s) to be sent to {charter.staging.controller}"
    if charter.overrides:
        noted = ", ".join(switch.label for switch in charter.switches)
        return f"certificate policy noted: {noted}"
    if charter.image is not None:
        return f"images and {len(charter.image.aps)} AP(s) noted: {charter.image.captured.label}"
    if charter.install is not None:
        job = charter.install
        return f"committed: {', '.join((job.base, *job.patches))}; files and saved noted"
    return f"{len(charter.ntp.entries)} NTP entries, clock and zone noted"


def _orphaned(run: Run) -> Closed:
    """The end that an unfinished remediation has while nobody works on it.

    A box that cannot restore itself stays in the past meanwhile: a person gets every command.
    """
    by_hand: tuple[str, ...] = ()
    if run.wrote and run.charter.overrides:
        by_hand = policy_way_home(run.charter)
    elif run.wrote and run.charter.repair is not None:
        by_hand = repair_by_hand(run.charter)
    elif run.charter.staging is not None:  # its window next door may be open, whatever it wrote
        by_hand = homes_by_hand(run.charter, all_captured(run))
    elif run.wrote and run.charter.image is not None:
        by_hand = image_by_hand(run.charter)
    elif run.wrote and run.charter.install is not None:
        by_hand = install_by_hand(run.charter)
    elif run.wrote and run.charter.guardians:
        by_hand = way_home(run.charter)
    return Closed(
        "needs-attention",
        "the process that worked on it is gone: a restore is due",
        recovered=0,
        remaining=len(run.finding),
        left=("not known: nobody has looked since",),
        mend=(f"aprejoin restore {run.charter.controller} -i INVENTORY", *by_hand),
    )


def _step_documents(remediation: str, run: Run) -> Iterator[Document]:
    """Every step of every part; those of a part that has not begun are pending."""
    if run.before is not None:
        yield from _first_part(remediation, run.before)
    if run.charter.then is None:
        yield from _part(remediation, run)
        return
    yield from _first_part(remediation, run)
    state = "skipped" if run.closed else "pending"
    names = (one.name for one in _all_steps(remediation, installing(run.charter)))
    for name in (CAPTURE, *names):
        yield {"name": name, "state": state, "started": None, "finished": None, "detail": ""}


def _part(remediation: str, run: Run) -> Iterator[Document]:
    captured = moment(run.entries[0].at.wall)
    yield {"name": CAPTURE, "state": "done", "started": captured, "finished": captured,
           "detail": _captured(run.charter)}  # fmt: skip
    for one in _all_steps(remediation, run.charter):
        yield _step_document(run, one.name)


def _first_part(remediation: str, run: Run) -> Iterator[Document]:
    for one in _part(remediation, run):
        yield {**one, "name": f"{FIRST}{one['name']}"}


def _all_steps(remediation: str, charter: Charter) -> tuple[Step, ...]:
    strategy = strategy_of(charter)
    return (*strategy.forward(remediation, charter), *strategy.home(remediation, charter))


def _step_document(run: Run, name: str) -> Document:
    """The newest try of one step."""
    ended = [
        entry
        for entry in run.entries
        if isinstance(entry.event, StepDone | StepFailed) and entry.event.step == name
    ]
    begun = [
        entry.at.wall
        for entry in run.entries
        if isinstance(entry.event, Intended) and entry.event.step == name
    ]
    if not ended:
        state = (
            "running" if begun and run.closed is None else "skipped" if run.closed else "pending"
        )
        return {"name": name, "state": state, "started": moment(begun[0]) if begun else None,
                "finished": None, "detail": ""}  # fmt: skip
    last = ended[-1]
    event = last.event
    detail = event.detail if isinstance(event, StepDone | StepFailed) else ""
    return {
        "name": name,
        "state": "done" if isinstance(event, StepDone) else "failed",
        "started": moment(begun[0] if begun else last.at.wall),
        "finished": moment(last.at.wall),
        "detail": detail,
    }


def _aps_document(run: Run, closed: Closed | None) -> Document:
    if closed is None:
        return {"recovered": 0, "remaining": len(run.finding)}
    return {"recovered": closed.recovered, "remaining": closed.remaining}
