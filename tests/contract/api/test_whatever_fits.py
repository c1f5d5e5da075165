"""What fits the document of the API, and what just does not: schemathesis makes it up and judges.

A few calls of each kind here, always the same; `make fuzz EXAMPLES=200` makes more of them, and
others each time. The service has lived through the whole story: half of the calls name what is
there, all of them with a token that may do everything.
"""

import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from service.api.app import OPENAPI, make_app

FEW, EXAMPLES = 2, int(os.environ.get("EXAMPLES", "0"))
SETTINGS = settings(
    max_examples=EXAMPLES or FEW,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
    suppress_health_check=list(HealthCheck),
)
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
"""Schemathesis' own list, and 413: a body that is too large for the API is not read to its end."""
CONFIG = {
    "analysis": {"constants": {"enabled": False}},
    "checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}},
}
"""Our code is not read for values to try: a change of it would be a change of the test."""
JUDGES: tuple[CheckFunction, ...] = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
"""The second takes something that can be sent otherwise than wanted."""
STREAMS = {"get_events"}
"""Their schema is that of the whole text (OpenAPI 3.1); schemathesis judges event by event."""
CALLS = [
    operation["operationId"]
    for item in make_app(nullcontext).openapi()["paths"].values()
    for operation in item.values()
]


@dataclass(frozen=True)
class Stand:
    """The application, what its calls are, and what they name."""

    operations: Mapping[str, APIOperation]
    known: Mapping[str, Mapping[str, Any]]
    token: str

    def places(self, name: str) -> list[Mapping[str, str] | None]:
        """What stands in the path: what is there; None: whatever is made up."""
        known = self.known.get(name, {}).get("parameters")
        return [known, None] if known else [None]


@pytest.fixture(scope="module")
def stand(told):
    service, known = told
    front = service.api.app.state.front
    app = make_app(lambda: nullcontext(front))
    config = schemathesis.Config.from_dict(CONFIG)
    schema = schemathesis.openapi.from_asgi(OPENAPI, app, config=config)
    calls = [one.ok() for one in schema.get_all_operations()]
    by_name = {one.definition.raw["operationId"]: one for one in calls}
    return Stand(by_name, known, service.api.clear["root"])


@pytest.mark.parametrize("name", CALLS)
def test_whatever_is_sent_gets_an_answer_that_the_document_has(stand, name):
    operation, headers = stand.operations[name], {"Authorization": f"Bearer {stand.token}"}
    judges = [one for one in JUDGES if "schema" not in one.__name__ or name not in STREAMS]
    for mode in MODES if {"parameters", "requestBody"} & {*operation.definition.raw} else MODES[:1]:
        for place in stand.places(name):

            @SETTINGS
            @given(case=operation.as_strategy(mode, path_parameters=place))
            def judged(case):
                case.call_and_validate(headers=headers, checks=judges)

            judged()
