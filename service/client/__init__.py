"""A thin client of the REST API, for scripts and tests; it knows the API and nothing else of ours.

from service.client import Client, Problem

with Client("https://aprejoin.example.net", token) as api:
plan = api.wait(api.plan("hq-1"))
asked = api.remediate(plan["digest"])
"""

from service.client.calls import Client
from service.client.stream import StreamEvent
from service.client.transport import Accepted, NotAtRest, Problem, Unreachable

__all__ = ["Accepted", "Client", "NotAtRest", "Problem", "StreamEvent", "Unreachable"]
