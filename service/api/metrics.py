"""Prometheus' way in: the whole service in numbers, as text, for a token of the whole fleet."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from service.api.front import Fronted, Viewer

metrics = APIRouter(include_in_schema=False)  # its form is Prometheus', not this API's


@metrics.get("/metrics")
def get_metrics(
    front: Fronted,
    _who: Viewer,
    accept: Annotated[str, Header(max_length=1024)] = "",
) -> Response:
    """In the text form of Prometheus, or as OpenMetrics where that is asked for."""
    text, media = front.watched.expose(accept)
    return Response(text, media_type=media)
