"""Remediations: followed while they run, stopped and brought home, told and proved afterwards."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.domain.documents import Document
from service.door.versions import check_match, tag_of
from service.errors import Refused
from service.ports.requests import Only
from service.usecases.context import Context
from service.usecases.decide import Verb, approve_remediation, want_back
from service.usecases.evidence import make_bundle
from service.usecases.findings import listed
from service.usecases.show import RemediationState, show_remediation, show_remediations
from service.usecases.watch import Watched, watch
from service.web.addresses import at, topic
from service.web.curves import joined_chart, joined_of, look_chart
from service.web.forms import PartApproverForm, PartOperatorForm
from service.web.queries import Chosen, ListQuery, Text
from service.web.rendering import render
from service.web.states import REMEDIATIONS, STEPS, STOPPABLE
from service.web.timed import next_page, timed
from service.web.visitor import PartOperator, PartViewer

remediations = APIRouter()
ARCHIVE = "application/zip"


class RemediationsQuery(ListQuery):
    """Which remediations are listed."""

    state: Annotated[RemediationState | None, Chosen] = None
    controller: Text = None


Wanted: TypeAlias = Annotated[RemediationsQuery, Query()]


@remediations.get("/remediations")
def get_remediations(request: Request, visitor: PartViewer, query: Wanted) -> Response:
    """Remediations, newest first."""
    only = Only(state=query.state, controller=query.controller)
    found = show_remediations(visitor.context, timed(request, query, only))
    values = {
        "remediations": [one for _, one in found],
        "query": query,
        "next_page": next_page(request, query, found),
        "words": REMEDIATIONS,
    }
    return render(request, "remediations.html", values, visitor=visitor)


@remediations.get("/remediations/{remediation}")
def get_remediation(request: Request, remediation: str, visitor: PartViewer) -> Response:
    """One, as it stands now."""
    seen = watch(visitor.context, remediation)
    state = str(seen.shown["state"])
    values = {
        "seen": seen,
        "shown": seen.shown,
        "joined": joined_chart(joined_of(seen.aps), until=_until(seen)),
        "offset": look_chart(seen.readings),
        "verb": verb_for(state),
        "steps": steps_of(seen.shown),
        "tag": tag_of({"remediation": seen.shown}),
        "own": seen.shown["asked_by"] == visitor.who.name,
        "words": {"run": REMEDIATIONS, "step": STEPS},
        "live": topic("remediation", remediation),
    }
    return render(request, "remediation.html", values, visitor=visitor)


@remediations.post("/remediations/{remediation}/approve")
def post_approval(remediation: str, form: PartApproverForm) -> Response:
    """Give one's word for what was read: for another state of it, it is refused."""

    def act(context: Context) -> None:
        read = {"remediation": show_remediation(context, remediation)}
        check_match(form.text("tag"), read)
        approve_remediation(context, form.queue, remediation, who=form.visitor.who.name)

    form.whole(act)
    return RedirectResponse(at("remediations", remediation), 303)


@remediations.get("/remediations/{remediation}/stop")
def get_stop(request: Request, remediation: str, visitor: PartOperator) -> Response:
    """What stopping would do, and the button that does it."""
    seen = watch(visitor.context, remediation)
    verb = verb_for(str(seen.shown["state"]))
    if verb is None:
        raise Refused(f"remediation {remediation} has ended: {seen.shown['state']}")
    values = {"seen": seen, "shown": seen.shown, "verb": verb, "words": REMEDIATIONS}
    return render(request, "stop.html", values, visitor=visitor)


@remediations.post("/remediations/{remediation}/stop")
def post_stop(remediation: str, form: PartOperatorForm) -> Response:
    """Whatever was changed is put back."""
    wanted = form.text("verb")
    verb: Verb = "rollback" if wanted == "rollback" else "cancel"

    def act(context: Context) -> None:
        want_back(context, form.queue, remediation, verb, who=form.visitor.who.name)

    form.whole(act)
    return RedirectResponse(at("remediations", remediation), 303)


@remediations.get("/remediations/{remediation}/evidence")
def get_evidence(remediation: str, visitor: PartViewer) -> Response:
    """Everything that is known of it, as one archive that `aprejoin report verify` checks."""
    context = visitor.context
    show_remediation(context, remediation)
    made = make_bundle(context, remediation)
    name = f'attachment; filename="aprejoin-{made.remediation}.zip"'
    return Response(made.archive, 200, {"Content-Disposition": name}, ARCHIVE)


def _until(seen: Watched) -> datetime | None:
    """How far the curve of access points goes: to now, or to its end."""
    if not seen.journal or seen.phase != "closed":
        return seen.now
    return datetime.fromisoformat(str(seen.journal[-1]["at"]))


def steps_of(shown: Document) -> list[Document]:
    """The steps, the one that workers look at marked as running though it has sent nothing yet."""
    steps = listed(shown, "steps")
    if shown["state"] != "running":
        return steps
    named = str(shown["detail"]).partition(":")[0]
    pending = [one["name"] for one in steps if one["state"] == "pending"]
    current = named if named in pending else next(iter(pending), None)
    if named not in pending and any(one["state"] == "running" for one in steps):
        return steps
    return [one | ({"state": "running"} if one["name"] == current else {}) for one in steps]


def verb_for(state: str) -> Verb | None:
    """What brings one home that stands so; None: there is nothing to bring."""
    if state in STOPPABLE:
        return "cancel"
    return "rollback" if state == "needs-attention" else None
