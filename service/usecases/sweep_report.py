"""The document of a sweep, the same for every face; none of it needs what plans are made of."""

from service.domain.documents import Document, controller_document, moment
from service.domain.ways import strategies_for
from service.usecases.context import Context
from service.usecases.sweep import Judged, Sweep


def sweep_document(context: Context, result: Sweep) -> Document:
    """The document of DESIGN.md section 7."""
    return {
        "sweep": {
            "id": result.id,
            "started": moment(result.started),
            "finished": moment(result.finished),
        },
        "controllers": [judged_document(context, one) for one in result.controllers],
    }


def judged_document(context: Context, one: Judged) -> Document:
    """One controller of a sweep."""
    controller = one.polled.controller
    issues = {issue.name: issue for issue in context.catalogue.issues}
    return controller_document(
        name=controller.name,
        platform=controller.platform.value,
        reachable=one.polled.view is not None,
        error=one.polled.error,
        view=one.polled.view,
        diagnosis=one.diagnosis,
        clock=(one.clock_offset_s, one.clock_reference),
        strategies={
            finding.issue: list(strategies_for(issues[finding.issue], controller.policy))
            for finding in one.diagnosis.findings
        },
        differences=one.polled.differences,
    )
