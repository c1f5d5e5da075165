"""Which error is which status: the one place that knows, for calls and for pages."""

from dataclasses import dataclass
from http import HTTPStatus

from service.errors import (
    AprejoinError,
    CursorRefused,
    InvalidInput,
    IssuerAway,
    KeyInUse,
    KeyReused,
    LeaseHeld,
    MatchFailed,
    MatchNeeded,
    NotApproved,
    NotFound,
    PlanChanged,
    Refused,
    RoleNeeded,
    ScopeNeeded,
    StoreError,
    TokenRefused,
    TooMany,
)

RETRY_AFTER_S = "5"


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of problem."""

    name: str
    title: str
    status: HTTPStatus
    headers: tuple[tuple[str, str], ...] = ()


BAD_TOKEN = Sort(
    "token-refused", "Token refused", HTTPStatus.UNAUTHORIZED, (("WWW-Authenticate", "Bearer"),)
)
AWAY = Sort(
    "store-unavailable",
    "Store unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    (("Retry-After", RETRY_AFTER_S),),
)
ISSUER_AWAY = Sort(
    "issuer-unavailable",
    "Issuer of tokens unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    (("Retry-After", RETRY_AFTER_S),),
)
KEY_IN_USE = Sort(
    "key-in-use", "Idempotency-Key in use", HTTPStatus.CONFLICT, (("Retry-After", "1"),)
)
INVALID = Sort("invalid-input", "Invalid input", HTTPStatus.UNPROCESSABLE_ENTITY)
INTERNAL = Sort("internal", "Internal error", HTTPStatus.INTERNAL_SERVER_ERROR)

SORTS: tuple[tuple[type[AprejoinError], Sort], ...] = (
    (TokenRefused, BAD_TOKEN),
    (RoleNeeded, Sort("role-needed", "Role needed", HTTPStatus.FORBIDDEN)),
    (ScopeNeeded, Sort("scope-needed", "Whole fleet needed", HTTPStatus.FORBIDDEN)),
    (NotApproved, Sort("own-request", "Not yours to approve", HTTPStatus.FORBIDDEN)),
    (NotFound, Sort("not-found", "Not found", HTTPStatus.NOT_FOUND)),
    (KeyReused, Sort("key-reused", "Idempotency-Key reused", HTTPStatus.UNPROCESSABLE_ENTITY)),
    (KeyInUse, KEY_IN_USE),
    (PlanChanged, Sort("plan-changed", "Plan changed", HTTPStatus.CONFLICT)),
    (Refused, Sort("refused", "Refused", HTTPStatus.CONFLICT)),
    (LeaseHeld, Sort("lease-held", "Being changed", HTTPStatus.CONFLICT)),
    (TooMany, Sort("too-many", "Too many requests", HTTPStatus.TOO_MANY_REQUESTS)),
    (MatchFailed, Sort("match-failed", "Changed meanwhile", HTTPStatus.PRECONDITION_FAILED)),
    (MatchNeeded, Sort("match-needed", "If-Match needed", HTTPStatus.PRECONDITION_REQUIRED)),
    (CursorRefused, Sort("bad-cursor", "Cursor of another list", HTTPStatus.BAD_REQUEST)),
    (InvalidInput, INVALID),
    (IssuerAway, ISSUER_AWAY),
    (StoreError, AWAY),
)
"""The first that fits counts."""


def sort_of(error: AprejoinError) -> Sort:
    """Which sort of problem an error is."""
    return next((sort for kind, sort in SORTS if isinstance(error, kind)), INTERNAL)
