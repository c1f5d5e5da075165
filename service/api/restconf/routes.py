"""All routes of RESTCONF: the YANG model describes them, and not the OpenAPI document."""

from fastapi import APIRouter

from service.api.restconf.calling import calling
from service.api.restconf.methods import methods
from service.api.restconf.reading import reading
from service.api.restconf.streams import streams

restconf = APIRouter()
restconf.include_router(reading)
restconf.include_router(calling)
restconf.include_router(streams)
restconf.include_router(methods)
