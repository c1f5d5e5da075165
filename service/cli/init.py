"""`aprejoin init`: write an example inventory to begin with."""

from pathlib import Path

import click

from service.cli.edge import command_edge, json_option, people, print_json
from service.config.inventory import write_example


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=Path("inventory.yaml"))
@json_option
@command_edge
def init_command(path: Path, as_json: bool) -> None:
    """Write a commented example inventory to PATH (inventory.yaml). Never overwrites.

    \b
    Example:
      aprejoin init && $EDITOR inventory.yaml && aprejoin check -i inventory.yaml
    """
    write_example(path)
    if as_json:
        print_json({"inventory": str(path)})
    else:
        people.print(f"wrote {path}: fill in your controllers, then: aprejoin sweep -i {path}")
