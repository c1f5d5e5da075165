"""Every access point that cannot serve: why, how surely, since when, and what would mend it."""

from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from service.domain.finding import Confidence
from service.errors import CursorRefused
from service.ports.fleet_view import StuckOnly, StuckOrder
from service.usecases.context import Context
from service.usecases.fleet_view import stuck_page
from service.usecases.listing import Part
from service.web.queries import Chosen, ListQuery, Text, address
from service.web.rendering import render
from service.web.visitor import PartViewer
from service.web.words import CONFIDENCES, cause_titles

stuck = APIRouter()
EXPLAINED = "explained"
"""In place of a confidence: something else than an issue of the catalogue keeps it off."""
SURE = "|".join((*(one.value for one in Confidence), EXPLAINED))
SORTS = "|".join(one.value for one in StuckOrder)
COLUMNS = (
    (StuckOrder.NAME, "Access point"),
    (StuckOrder.CAUSE, "Cause"),
    (StuckOrder.CONFIDENCE, "Confidence"),
    (StuckOrder.SINCE, "Stuck for"),
    (StuckOrder.CONTROLLER, "Controller"),
    (StuckOrder.MODEL, "Model"),
)


class StuckQuery(ListQuery):
    """Which access points, and in which order; `-` before it turns it round."""

    sort: str = Field(default=StuckOrder.SINCE.value, pattern=f"^-?({SORTS})$")
    cause: Text = None
    sure: Annotated[str | None, Field(pattern=f"^({SURE})$"), Chosen] = None
    site: Text = None
    controller: Text = None
    q: Text = None

    @property
    def by(self) -> StuckOrder:
        """What to sort by."""
        return StuckOrder(self.sort.removeprefix("-"))

    @property
    def is_turned(self) -> bool:
        """Whether the order is turned round."""
        return self.sort.startswith("-")

    def place(self, request: Request) -> Part:
        """The page that is wanted. Raises CursorRefused."""
        alone = self.by in (StuckOrder.CONTROLLER, StuckOrder.CAUSE)  # one of the other three
        part = self.part(request, 3 if alone else 4, backwards=self.is_turned)
        if part.after and self.by is StuckOrder.CONFIDENCE and not _is_rank(part.after[0]):
            raise CursorRefused
        return part

    def only(self, context: Context) -> StuckOnly:
        """Which are wanted, of those that the caller may see."""
        on = [
            one.name
            for one in context.inventory.controllers
            if self.site in (None, one.site) and self.controller in (None, one.name)
        ]
        sure = None if self.sure in (None, EXPLAINED) else Confidence(self.sure)
        return StuckOnly(on, self.cause, sure, self.q, explained=self.sure == EXPLAINED)

    def filters(self) -> dict[str, Any]:
        """Without the order that everybody gets."""
        told = super().filters()
        return {key: value for key, value in told.items() if (key, value) != ("sort", "since")}


Wanted: TypeAlias = Annotated[StuckQuery, Query()]


@stuck.get("/stuck")
def get_stuck(request: Request, visitor: PartViewer, query: Wanted) -> Response:
    """The list, a page of it."""
    context = visitor.context
    found = stuck_page(context, query.place(request), query.only(context), by=query.by)
    values = {
        "found": found,
        "aps": [ap for _, ap in found.aps],
        "causes": sorted({one.cause for one in found.causes}),
        "named_here": sorted({ap.cause for _, ap in found.aps}),
        "query": query,
        "columns": [heading(request, query, by, label) for by, label in COLUMNS],
        "next_page": query.next_page(request, [key for key, _ in found.aps]),
        "first_page": address(request, query.filters()),
        "everything": address(request, {}),
        "sites": sorted({one.site for one in context.inventory.controllers if one.site}),
        "confidences": CONFIDENCES,
        "titles": cause_titles(context.catalogue),
        "live": "fleet",
    }
    return render(request, "stuck.html", values, visitor=visitor)


def heading(request: Request, query: StuckQuery, by: StuckOrder, label: str) -> dict[str, str]:
    """A column that sorts by itself, the other way round where it does so already."""
    is_here = query.by is by
    turned = f"-{by.value}" if is_here and not query.is_turned else by.value
    rest = {key: value for key, value in query.filters().items() if key != "sort"}
    told = {} if turned == StuckOrder.SINCE.value else {"sort": turned}
    order = ("descending" if query.is_turned else "ascending") if is_here else "none"
    return {"label": label, "address": address(request, {**rest, **told}), "order": order}


def _is_rank(text: str) -> bool:
    return text in {str(rank) for rank in range(-1, len(Confidence))}
