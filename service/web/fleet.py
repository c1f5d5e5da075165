"""The first page: how the fleet stands, what is false or wrong right now, and every controller."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.domain.observation import Platform
from service.domain.standing import Standing
from service.usecases.fleet_view import LinesOnly, Overview, fleet_page
from service.web.queries import Chosen, ListQuery, Text, address
from service.web.rendering import render
from service.web.visitor import PartViewer
from service.web.words import STANDINGS, cause_titles

fleet = APIRouter()
CLOCKS_SHOWN = 8
CAUSES_SHOWN = 8


class FleetQuery(ListQuery):
    """Which controllers are listed."""

    standing: Annotated[Standing | None, Chosen] = None
    platform: Annotated[Platform | None, Chosen] = None
    site: Text = None
    q: Text = None

    @property
    def only(self) -> LinesOnly:
        """Which are wanted."""
        platform = None if self.platform is None else self.platform.value
        return LinesOnly(self.standing, self.site, platform, self.q)


Wanted: TypeAlias = Annotated[FleetQuery, Query()]


@fleet.get("/")
def get_fleet(request: Request, visitor: PartViewer, query: Wanted) -> Response:
    """How the fleet stands."""
    context = visitor.context
    seen, lines = fleet_page(context, query.part(request, 2), query.only)
    values = {
        "fleet": seen,
        "bar": bar(seen),
        "causes": seen.causes[:CAUSES_SHOWN],
        "more_causes": max(0, len(seen.causes) - CAUSES_SHOWN),
        "most": max((one.aps for one in seen.causes), default=0),
        "clocks": seen.clocks[:CLOCKS_SHOWN],
        "lines": [line for _, line in lines],
        "query": query,
        "next_page": query.next_page(request, [key for key, _ in lines]),
        "all_lines": address(request, {}),
        "sites": sorted({one.site for one in context.inventory.controllers if one.site}),
        "platforms": list(Platform),
        "standings": STANDINGS,
        "titles": cause_titles(context.catalogue),
        "live": "fleet",
    }
    return render(request, "fleet.html", values, visitor=visitor)


def bar(seen: Overview) -> list[tuple[Standing, int, float, float]]:
    """How many stand how, each with where its piece of the bar begins and how wide it is, in %."""
    pieces, begins = [], 0.0
    for standing, number in seen.standings.items():
        if number:
            width = 100.0 * number / seen.controllers
            pieces.append((standing, number, begins, width))
            begins += width
    return pieces
