"""`aprejoin state`: everything that counts into one file, and back into an empty database."""

import getpass
from importlib.metadata import version
from pathlib import Path

import click

from service.bootstrap import state_parts
from service.cli.edge import at_terminal, command_edge, json_option, people, print_json
from service.cli.standing import store_alone
from service.config.state_file import StateArchive
from service.domain.documents import Document, moment
from service.errors import NotFound
from service.ports.saved_state import Contents
from service.settings import Settings
from service.store.opening import oldest_beside
from service.store.tables import SCHEMA
from service.usecases.state import contents_document, load, save

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group("state")
def state() -> None:
    """Save what the service knows into a file, and load it where there is nothing yet."""


@state.command("save")
@file_argument
@json_option
@command_edge
def save_command(file: Path, as_json: bool) -> None:
    """Save the state into FILE, while everything goes on.

    The file is of one moment. It has no password and no key, but hashes of tokens, evidence and
    sealed secrets: keep it as you keep the database. Beside it keep the inventory, and the key that
    APREJOIN_SECRETS_KEY names.

    \b
    Example:
      aprejoin state save /backup/aprejoin-monday.state
    """
    settings = Settings.from_environment()
    source, _, clock = state_parts(settings)
    contents = save(
        source,
        StateArchive(file),
        clock,
        program=version("aprejoin"),
        secrets_key=settings.secrets_key,
    )
    _show(contents, f"saved: {file}", as_json=as_json)


@state.command("show")
@file_argument
@json_option
@command_edge
def show_command(file: Path, as_json: bool) -> None:
    """Read a saved FILE to its end, and tell what it has.

    \b
    Example:
      aprejoin state show /backup/aprejoin-monday.state
    """
    _show(StateArchive(file).check(), f"whole: {file}", as_json=as_json)


@state.command("load")
@file_argument
@json_option
@command_edge
def load_command(file: Path, as_json: bool) -> None:
    """Load a saved FILE into an empty database: SQLite or PostgreSQL, whichever it is of.

    Whatever worked on the database of before must have ended. The fleet is halted: look at the
    remediations that are named, have each put back by `aprejoin restore`, then `aprejoin resume`.

    \b
    Example:
      aprejoin state load /backup/aprejoin-monday.state
    """
    settings = Settings.from_environment()
    settings.ensure_state_dir()
    _, target, clock = state_parts(settings)
    caller = at_terminal()
    contents = load(StateArchive(file), target, clock, who=getpass.getuser(), caller=caller)
    with store_alone(settings) as context:
        left: list[Document] = [
            {"id": row.id, "controller": row.controller, "opened": moment(row.opened)}
            for row in context.store.remediations(unfinished=True)
        ]
    _show(contents, f"loaded: {file}", as_json=as_json, left=left)
    if contents.note.secrets_key != settings.secrets_key:
        people.print(
            f"secrets in it are sealed with the key {contents.note.secrets_key or 'of no name'}, "
            f"and APREJOIN_SECRETS_KEY says {settings.secrets_key or 'nothing'} here",
            style="yellow",
            markup=False,
        )
    for one in left:
        people.print(
            f"OPEN: remediation {one['id']} on {one['controller']}, since {one['opened']}: "
            f"aprejoin restore {one['controller']} -i INVENTORY",
            style="bold white on red",
            markup=False,
        )
    people.print("all new changes are halted; to go on: aprejoin resume", style="yellow")


@state.command("prepare")
@click.option("--check", is_flag=True, help="Change nothing: only say what there is to do.")
@json_option
@command_edge
def prepare_command(check: bool, as_json: bool) -> None:
    """Make the database's tables, or bring them up to this version; the same again does nothing.

    Every command does so by itself. This is for whoever wants it done, and seen to be done, before
    the parts of a new version start. With --check it tells whether parts of the version before may
    go on beside this one afterwards; if not, end them first.

    \b
    Examples:
      aprejoin state prepare --check
      aprejoin state prepare
    """
    settings = Settings.from_environment()
    there, oldest = _schema(settings), oldest_beside()
    beside = there in {0, SCHEMA} or there >= oldest
    if not check:
        with store_alone(settings):
            pass  # opening it is all that it takes
    if as_json:
        told = {"schema": there, "wanted": SCHEMA, "beside": beside, "prepared": not check}
        print_json({"state": told})
    words = f"the database had tables of schema {there}" if there else "the database was empty"
    people.print(f"{words}; this version has {SCHEMA}", markup=False)
    if not beside:
        people.print(
            "parts of the version before cannot go on beside this one: end them all first",
            style="bold yellow",
        )


def _schema(settings: Settings) -> int:
    """Of the tables as they are; 0: there are none."""
    source, _, _ = state_parts(settings)
    try:
        with source.reading() as reading:
            return reading.schema
    except NotFound:
        return 0


def _show(
    contents: Contents, words: str, *, as_json: bool, left: list[Document] | None = None
) -> None:
    document = contents_document(contents)
    if left is not None:
        document["open"] = left
    if as_json:
        print_json({"state": document})
    rows = sum(contents.rows.values())
    people.print(
        f"{words}: the state of {moment(contents.note.at)}, schema {contents.note.schema}, "
        f"{rows} rows, SHA-256 {contents.sha256}",
        markup=False,
        soft_wrap=True,
    )
