"""Which methods an address takes, and what is answered to the others: 405, or 404 where nothing is.

Its routes stand behind all others: they take what nobody else does (RFC 8040 section 7, RFC 9110
section 15.5.6).
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.api.restconf.admission import Reader
from service.api.restconf.schema import OPERATIONS, Kind, schema
from service.api.restconf.target import sent_after, steps_of
from service.api.restconf_errors import CALLED, READ, ROOT, not_supported, unknown_place

methods = APIRouter(include_in_schema=False)
FIXED = frozenset({"", "/", "/data", "/data/", "/operations", "/yang-library-version"})


@methods.options(ROOT)
@methods.options(f"{ROOT}/{{address:path}}")
def options(request: Request, _: Reader) -> Response:
    """Which methods an address takes."""
    return Response(headers={"Allow": methods_at(sent_after(request, ROOT))})


@methods.api_route(ROOT, methods=["PUT", "PATCH", "DELETE", "POST"])
@methods.api_route(
    f"{ROOT}/{{address:path}}", methods=["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"]
)
def not_taken(request: Request, _: Reader) -> Response:
    """Refuse what no other route took."""
    allowed = methods_at(sent_after(request, ROOT))
    raise not_supported(f"here only {allowed}", allowed)


def methods_at(address: str) -> str:
    """The methods of an address below the root, as `Allow` has them.

    Raises:
        Refusal: nothing is there.
    """
    of = schema()
    if address in FIXED:
        return READ
    kind, _, rest = address.removeprefix("/").partition("/")
    match kind:
        case "data":
            steps = steps_of(rest, of)
            return CALLED if steps and steps[-1].node.kind in OPERATIONS else READ
        case "operations" if rest in of.top and of.top[rest].kind is Kind.RPC:
            return CALLED
        case "modules" if rest in {f"{name}@{one.revision}" for name, one in of.modules.items()}:
            return READ
        case _:
            raise unknown_place(f"nothing is served there: GET {ROOT} says what is")
