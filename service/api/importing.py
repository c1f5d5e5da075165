"""Controllers taken over into the inventory: from a document, NetBox or Nautobot."""

from collections.abc import Callable
from threading import Lock
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, StrictBool

from service.api.bodies import Name, Strict
from service.api.entries import Text
from service.api.front import V1, AdminCall, Fronted, Viewer
from service.api.inventory import edited
from service.api.problems import documented
from service.domain.observation import Platform
from service.door.guard import LARGEST_BODY_BYTES
from service.door.versions import IfMatch
from service.errors import TooMany
from service.ports.fleet_file import FleetEdit
from service.ports.registers import FromRegister, Registers, RegisterWish
from service.usecases.context import Context
from service.usecases.import_fleet import ImportWish, import_document, import_register

importing = APIRouter(prefix=V1)
AGAIN_S = 10.0
_asking = Lock()


class ImportIn(Strict):
    """What every import says."""

    remove: StrictBool = Field(
        default=False, description="Controllers that are not there leave the inventory."
    )
    dry_run: StrictBool = Field(default=False, description="Only say what would be different.")


class YamlIn(ImportIn):
    """A document of the inventory's own form; it need not be whole."""

    source: Literal["yaml"]
    text: str = Field(max_length=LARGEST_BODY_BYTES, examples=["sites: {hq: {}}"])


class RegisterIn(ImportIn):
    """Devices of a register, which is asked now."""

    source: Literal["netbox", "nautobot"]
    url: Text = Field(examples=["https://netbox.example"])
    token: Text = Field(description="A reference.", examples=["env:NETBOX_TOKEN"])
    where: dict[Name, Text] = Field(default={}, max_length=50, examples=[{"role": "wlc"}])
    platforms: dict[Name, Platform] = Field(default={}, max_length=50)
    username: Name = Field(default="admin", description="Of logins that are new.")

    def wish(self) -> RegisterWish:
        """The same, for the port."""
        where, platforms = tuple(self.where.items()), dict(self.platforms)
        return RegisterWish(self.source, self.url, self.token, where, platforms, self.username)


AnyImport = Annotated[YamlIn | RegisterIn, Field(discriminator="source")]


class ImportOut(BaseModel):
    """What is, or would be, different."""

    parts: dict[str, Any] = Field(description="By part: added, changed and removed entries.")
    touched: dict[str, list[str]] = Field(description="Controllers for which anything differs.")
    left_out: list[dict[str, str]] = Field(description="Devices that are none of ours, and why.")
    written: bool


class InventoryOut(BaseModel):
    """The inventory as a file."""

    digest: str | None = Field(description="SHA-256; null: there is no file.")
    controllers: int
    left_out: list[dict[str, str]]


@importing.get(
    "/inventory",
    summary="Which inventory it is, and its bad entries",
    tags=["inventory"],
    response_model=InventoryOut,
    responses=documented(),
)
def get_inventory(front: Fronted, _: Viewer) -> Response:
    """`ETag` is of the file; an import takes it as `If-Match`."""
    context = front.context
    digest = context.fleet_file.digest()
    left = [{"name": name, "reason": why} for name, why in context.inventory.rejected.items()]
    told = {
        "digest": digest or None,
        "controllers": len(context.inventory.controllers),
        "left_out": left,
    }
    return JSONResponse(told, headers={"ETag": f'"{digest}"'})


@importing.post(
    "/inventory/import",
    summary="Take controllers over into the inventory, or see what that would change",
    tags=["inventory"],
    response_model=ImportOut,
    responses=documented(409, 412),
)
def post_import(body: AnyImport, call: AdminCall, match: IfMatch = None) -> Response:
    """A document says its entries whole; what it does not name stays, unless `remove` says so.

    Of a controller that the inventory has, a register changes platform, host, site and tags alone.
    All of it is written, or nothing.
    """
    wish = ImportWish(body.source, body.remove, body.dry_run, _digest(match))
    act = _taken(body, wish, call.front.registers, call.who.name)
    return edited(call, body.model_dump(mode="json"), act)


def _taken(
    body: YamlIn | RegisterIn, wish: ImportWish, registers: Registers, who: str
) -> Callable[[FleetEdit, Context], JSONResponse]:
    """What is done in the transaction; a register is asked before."""
    if isinstance(body, YamlIn):
        text = body.text
        return lambda edit, context: JSONResponse(
            import_document(context, edit, text, wish, who=who)
        )
    found = _asked(registers, body.wish())
    return lambda edit, context: JSONResponse(import_register(context, edit, found, wish, who=who))


def _asked(registers: Registers, wish: RegisterWish) -> FromRegister:
    """One register at a time for each process: it may take a minute a page. Raises TooMany."""
    if not _asking.acquire(blocking=False):
        raise TooMany("a register is being asked already", again_s=AGAIN_S)
    try:
        return registers.ask(wish)
    finally:
        _asking.release()


def _digest(match: str | None) -> str | None:
    return None if match is None or match.strip() == "*" else match.strip().strip('"')
