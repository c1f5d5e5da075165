"""`aprejoin yang print`: the YANG modules that the service itself serves over RESTCONF."""

import re

import click

from service.cli.edge import command_edge, json_option, print_json
from service.drivers.paths import data_folder
from service.errors import NotFound

NEWEST = re.compile(r"^\s*revision (\d{4}-\d\d-\d\d)", re.MULTILINE)


@click.command("print")
@click.argument("module", default="aprejoin")
@json_option
@command_edge
def print_command(module: str, as_json: bool) -> None:
    """Print one of the service's own YANG modules: aprejoin, or aprejoin-types.

    \b
    Example:
      aprejoin yang print > aprejoin.yang
    """
    text = own_modules().get(module)
    if text is None:
        raise NotFound("module", module, known=tuple(own_modules()))
    if as_json:
        revision = NEWEST.search(text)
        found = {"name": module, "revision": revision and revision[1], "text": text}
        print_json({"module": found})
    else:
        click.echo(text, nl=False)


def own_modules() -> dict[str, str]:
    """The text of each module of ours, by its name."""
    folder = data_folder() / "modules"
    files = sorted(folder.glob("aprejoin*.yang"), key=lambda one: one.stem)
    return {one.stem: one.read_text(encoding="utf-8") for one in files}
