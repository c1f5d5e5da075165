"""The forecast, from what polls kept."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from service.api.bodies import Document
from service.api.front import V1, Fronted, Viewer
from service.api.problems import documented
from service.usecases.forecast import look_ahead, outlook_document

foresight = APIRouter(prefix=V1)

Names = Annotated[tuple[str, ...], Query(max_length=1000)]
Days = Annotated[int | None, Query(ge=0, le=36_500, description="Nothing later than that.")]


@foresight.get(
    "/forecast",
    summary="What will fail at the next download, and when certificates end, by date",
    tags=["forecast"],
    response_model=Document,
    responses=documented(404),
)
def get_forecast(
    front: Fronted,
    _: Viewer,
    controller: Names = (),
    within: Days = None,
) -> Response:
    """Of all controllers, or of those named; no controller is asked."""
    context = front.context
    chosen = context.inventory.chosen(controller, ())
    limit = None if within is None else timedelta(days=within)
    return JSONResponse(outlook_document(look_ahead(context, chosen, within=limit)))
