"""What clients send, and the small things that they get; documents are the command line's."""

from typing import Annotated, Any, TypeAlias

from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from service.api.front import V1, accepted_headers
from service.usecases.reject import LONGEST_REASON
from service.usecases.request import PlanWish

PRINTED = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: nothing that has a name holds one, and databases refuse some."""


def _as_text(given: object) -> object:
    """A number is no RFC 3339 time: nobody says whether it counts seconds, and from when."""
    if not isinstance(given, str) or given.strip().lstrip("+-").replace(".", "", 1).isdigit():
        raise ValueError("expected an RFC 3339 time with its zone")
    return given


Moment: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_as_text)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTED)]
Names: TypeAlias = Annotated[list[Name], Field(max_length=10_000)]


class Strict(BaseModel):
    """A key that nobody knows could be one that its writer believes in."""

    model_config = ConfigDict(extra="forbid")


class SweepIn(Strict):
    """Which controllers to sweep; all of them where neither is given."""

    names: Names = Field(default=[], examples=[["hq-1"]])
    tags: Names = Field(default=[], examples=[["production"]])


class PlanIn(Strict):
    """What to plan for."""

    controller: Name = Field(examples=["hq-1"])
    issue: Name | None = Field(default=None, examples=["FN72524"])
    strategy: Name | None = Field(default=None, examples=["clock-window"])
    accept_suspected: StrictBool = Field(
        default=False, description="Act on a mere suspicion; recorded."
    )
    save_pending: StrictBool = Field(
        default=False, description="Save what was not saved before, too."
    )
    accept_reload: StrictBool = Field(default=False, description="The controller may be reloaded.")
    accept_stranded: StrictBool = Field(
        default=False, description="APs may lack software to fall back to; the plan names them."
    )

    def wish(self) -> PlanWish:
        """The same, for the use case."""
        return PlanWish(**self.model_dump())


class RemediationIn(Strict):
    """Which plan to carry out."""

    plan_digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="The digest of a plan.")


class RejectionIn(Strict):
    """Why a plan is not wanted."""

    reason: str = Field(
        min_length=1, max_length=LONGEST_REASON, pattern=PRINTED, examples=["not before the move"]
    )


class RejectionDocument(BaseModel):
    """Somebody's no to a plan."""

    rejection: dict[str, Any] = Field(
        examples=[{"controller": "hq-1", "digest": "…", "by": "bob", "reason": "…"}]
    )


class Accepted(BaseModel):
    """Work that was written down; `Location` says where to look after it."""

    id: str
    state: str = Field(examples=["queued"])
    href: str = Field(examples=["/api/v1/sweeps/3f2a9c0d1e4b"])


class Document(BaseModel):
    """A document as the command line prints it with `--json`."""

    model_config = ConfigDict(extra="allow")


class ApprovalDocument(BaseModel):
    """Somebody's word for a plan."""

    approval: dict[str, Any] = Field(
        examples=[{"controller": "hq-1", "digest": "…", "approver": "bob", "expires": "…"}]
    )


def accepted(collection: str, item: str, state: str) -> JSONResponse:
    """202: it was written down, and this is where to look after it."""
    href = f"{V1}/{collection}/{item}"
    headers = accepted_headers(202, href)
    return JSONResponse({"id": item, "state": state, "href": href}, 202, headers)
