"""`aprejoin token`: who may ask the service what, over REST."""

import getpass
import re

import click
from rich.table import Table

from service.cli.edge import command_edge, json_option, people, print_json
from service.cli.standing import store_alone
from service.domain.scope import Scope
from service.errors import InvalidInput
from service.ports.tokens import Role
from service.settings import Settings
from service.usecases.admit import create_token, revoke_token, token_document
from service.usecases.visits import sign_out_everywhere

UNITS_S = {"d": 86_400, "h": 3_600, "m": 60}
NEVER = "never"
FOR_A_YEAR = "365d"


@click.group("token")
def token() -> None:
    """Make, list and revoke the bearer tokens of the REST API."""


@token.command("create")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.label for role in Role]),
    required=True,
    help="viewer reads; operator also asks for work; approver also approves; admin may all.",
)
@click.option(
    "--expires",
    default=FOR_A_YEAR,
    show_default=True,
    metavar="DURATION",
    help="Such as 90d, 12h or 30m; or never.",
)
@click.option(
    "--site", "sites", multiple=True, help="Only for controllers of this site; may be repeated."
)
@click.option(
    "--tag", "tags", multiple=True, help="Only for controllers with this tag; may be repeated."
)
@json_option
@command_edge
def create(
    name: str,
    role: str,
    expires: str,
    sites: tuple[str, ...],
    tags: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a token for NAME and print it once; only its hash is kept.

    NAME is who asks and who approves: who asked for something may not approve it. Several tokens
    may stand for one name. With --site or --tag the others are not there for it: neither shown, nor
    planned for, nor changed; and what is about the whole fleet is refused to it.

    \b
    Examples:
      aprejoin token create itsm --role operator
      aprejoin token create ann --role approver --expires 90d
      aprejoin token create paris --role operator --site paris --tag branch
    """
    with store_alone(Settings.from_environment()) as context:
        made, clear = create_token(
            context,
            name,
            Role[role.upper()],
            valid_s=seconds_of(expires),
            who=getpass.getuser(),
            scope=Scope(sites, tags),
        )
    if as_json:
        print_json({"token": {**token_document(made), "clear": clear}})
    else:
        people.print(f"token {made.id} for {made.name}, {made.role.label}, shown this once:")
        click.echo(clear)


@token.command("list")
@json_option
@command_edge
def list_tokens(as_json: bool) -> None:
    """List tokens, oldest first; never their clear text."""
    with store_alone(Settings.from_environment()) as context:
        tokens = context.store.tokens()
    if as_json:
        print_json({"tokens": [token_document(one) for one in tokens]})
        return
    table = Table()
    for heading in ("id", "name", "role", "created", "expires", "revoked", "last used", "for"):
        table.add_column(heading)
    for one in tokens:
        told = token_document(one)
        said = [str(value or "") for key, value in told.items() if key not in ("sites", "tags")]
        table.add_row(*said, one.scope.label)
    people.print(table)


@token.command("revoke")
@click.argument("token_id", metavar="ID")
@json_option
@command_edge
def revoke(token_id: str, as_json: bool) -> None:
    """Let a token open nothing from now on."""
    with store_alone(Settings.from_environment()) as context:
        gone = revoke_token(context, token_id, who=getpass.getuser())
    if as_json:
        print_json({"token": token_document(gone)})
    else:
        people.print(f"token {gone.id} of {gone.name} is revoked", markup=False)


@token.command("sign-out")
@click.argument("name")
@json_option
@command_edge
def sign_out(name: str, as_json: bool) -> None:
    """End every session of NAME at the page, at whatever browser.

    Take their tokens, or what they may at your OpenID Connect issuer, away first: they could come
    back otherwise.
    """
    with store_alone(Settings.from_environment()) as context:
        ended = sign_out_everywhere(context, name, who=getpass.getuser())
    if as_json:
        print_json({"sign_out": {"name": name, "sessions": ended}})
    else:
        people.print(f"{ended} sessions of {name} are ended", markup=False)


def seconds_of(text: str) -> float | None:
    """`90d`, `12h`, `30m` as seconds; None for `never`. Raises InvalidInput."""
    if text == NEVER:
        return None
    match = re.fullmatch(r"([1-9]\d{0,4})([dhm])", text)
    if match is None:
        raise InvalidInput(
            f"found {text!r}", where="--expires", expected="such as 90d, 12h, 30m, or never"
        )
    return float(int(match[1]) * UNITS_S[match[2]])
