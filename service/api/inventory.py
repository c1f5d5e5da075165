"""Controllers of the inventory, added, changed and removed: the file is what is changed."""

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from service.api.entries import ControllerIn, ControllerPatch, EntryGone, EntryIn, EntryOut, Said
from service.api.front import V1, Call, PartAdminCall
from service.api.problems import documented
from service.door.versions import IfMatch, must_match, tag_of
from service.errors import InvalidInput
from service.ports.fleet_file import Entry, FleetEdit, Part
from service.usecases.context import Context
from service.usecases.edit_fleet import (
    Spot,
    add_entry,
    patch_entry,
    remove_entry,
    replace_entry,
)

inventory = APIRouter(prefix=V1)
CHANGED = documented(404, 409, 412, 428)


@inventory.post(
    "/controllers",
    summary="Add a controller to the inventory",
    tags=["controllers"],
    status_code=201,
    response_model=EntryOut,
    responses=documented(409),
)
def post_controller(body: ControllerIn, call: PartAdminCall) -> Response:
    """The inventory file has it then, for every process. Nothing is asked of the controller."""
    return added(call, Spot(Part.CONTROLLERS, body.name), body, f"{V1}/controllers/{body.name}")


@inventory.put(
    "/controllers/{name}",
    summary="Replace a controller's entry of the inventory",
    tags=["controllers"],
    response_model=EntryOut,
    responses=CHANGED,
)
def put_controller(
    name: str, body: ControllerIn, call: PartAdminCall, match: IfMatch = None
) -> Response:
    """What is not said is taken away: its default counts. Comments in the file stay."""
    return replaced(call, Spot(Part.CONTROLLERS, name), body, match)


@inventory.patch(
    "/controllers/{name}",
    summary="Change keys of a controller's entry of the inventory",
    tags=["controllers"],
    response_model=EntryOut,
    responses=CHANGED,
)
def patch_controller(
    name: str, body: ControllerPatch, call: PartAdminCall, match: IfMatch = None
) -> Response:
    """A merge patch (RFC 7396): what is not said stays, null takes away."""
    return patched(call, Spot(Part.CONTROLLERS, name), body, match)


@inventory.delete(
    "/controllers/{name}",
    summary="Take a controller out of the inventory",
    tags=["controllers"],
    response_model=EntryGone,
    responses=CHANGED,
)
def delete_controller(name: str, call: PartAdminCall, match: IfMatch = None) -> Response:
    """What is known of it stays. 409: it is being mended, or something else names it."""
    return removed(call, Spot(Part.CONTROLLERS, name), match)


# -- for every part of the inventory -----------------------------------------------------------


def edited(
    call: Call, body: Entry | None, act: Callable[[FleetEdit, Context], JSONResponse]
) -> Response:
    """Change the file in the transaction of the answer; it is as it was where that fails."""
    with call.front.base.fleet_file.editing() as edit:
        said = None if body is None else Said(said=dict(body))
        return call.once(said, partial(act, edit))


def added(call: Call, spot: Spot, body: EntryIn, where: str) -> Response:
    """A new entry."""

    def act(edit: FleetEdit, context: Context) -> JSONResponse:
        made = add_entry(context, edit, spot, body.entry(), who=call.who.name)
        return shown(made, 201, {"Location": where})

    return edited(call, body.patch(), act)


def replaced(call: Call, spot: Spot, body: EntryIn, match: str | None) -> Response:
    """An entry that says something else."""
    _check_name(spot, body.patch())

    def act(edit: FleetEdit, context: Context) -> JSONResponse:
        now = replace_entry(
            context, edit, spot, body.entry(), who=call.who.name, check=partial(must_match, match)
        )
        return shown(now)

    return edited(call, body.patch(), act)


def patched(call: Call, spot: Spot, body: EntryIn, match: str | None) -> Response:
    """An entry of which some keys are said anew."""
    _check_name(spot, body.patch())

    def act(edit: FleetEdit, context: Context) -> JSONResponse:
        now = patch_entry(
            context, edit, spot, body.patch(), who=call.who.name, check=partial(must_match, match)
        )
        return shown(now)

    return edited(call, body.patch(), act)


def removed(call: Call, spot: Spot, match: str | None) -> Response:
    """An entry less."""

    def act(edit: FleetEdit, context: Context) -> JSONResponse:
        remove_entry(context, edit, spot, who=call.who.name, check=partial(must_match, match))
        return JSONResponse({"removed": spot.name})

    return edited(call, None, act)


def shown(
    entry: Entry, status: int = 200, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An entry with its tag."""
    return JSONResponse({"entry": dict(entry)}, status, {"ETag": tag_of(entry), **(headers or {})})


def _check_name(spot: Spot, body: Entry) -> None:
    stated = body.get("name", spot.name)
    if stated != spot.name:
        raise InvalidInput(
            f"found {stated!r}",
            where="body/name",
            expected=f"{spot.name!r}: a name stays; remove it and add another",
        )
