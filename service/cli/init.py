"""`aprejoin init`: write an inventory to begin with: an example, or one drafted from a register."""

from pathlib import Path
from typing import TypeAlias

import click
from rich.table import Table

from service.cli.edge import command_edge, json_option, people, print_json
from service.config.inventory import parse_inventory, write_example, write_new
from service.config.registers import nautobot, netbox
from service.config.registers.draft import Draft, draft
from service.config.registers.reading import Register
from service.config.secrets import SecretResolver
from service.domain.observation import Platform
from service.errors import InvalidInput

Pair: TypeAlias = tuple[str, str]
DEVICES = {"netbox": netbox.devices, "nautobot": nautobot.devices}


class PairType(click.ParamType[Pair]):
    """KEY=VALUE."""

    name = "KEY=VALUE"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Pair:
        """The two halves."""
        key, sign, rest = value.partition("=")
        if not key or not sign:
            self.fail(f"found {value!r}; expected KEY=VALUE", param, ctx)
        return key, rest


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=Path("inventory.yaml"))
@click.option("--netbox", metavar="URL", help="Draft it from the devices of this NetBox.")
@click.option("--nautobot", metavar="URL", help="Draft it from the devices of this Nautobot.")
@click.option(
    "--token",
    metavar="REFERENCE",
    help="Where the register's API token is: env:NAME, file:PATH, keyring: or vault:.",
)
@click.option(
    "--where",
    type=PairType(),
    multiple=True,
    help="A filter of the register, such as role=wlc or tag=wireless; may be repeated.",
)
@click.option(
    "--platform",
    "platforms",
    type=PairType(),
    multiple=True,
    help="What a platform of the register is to us, where the model does not tell: SLUG=iosxe.",
)
@click.option("--username", default="admin", show_default=True, help="Who logs in everywhere.")
@click.option("--ca", type=click.Path(dir_okay=False), help="Authorities that sign its address.")
@json_option
@command_edge
def init_command(
    path: Path,
    netbox: str | None,
    nautobot: str | None,
    token: str | None,
    where: tuple[Pair, ...],
    platforms: tuple[Pair, ...],
    username: str,
    ca: str | None,
    as_json: bool,
) -> None:
    """Write a commented example inventory to PATH (inventory.yaml). Never overwrites.

    With --netbox or --nautobot the controllers, sites and tags are the register's; every device
    that is left out is told, with the reason. Devices in service only, unless --where asks for
    another status.

    \b
    Examples:
      aprejoin init && $EDITOR inventory.yaml && aprejoin check -i inventory.yaml
      aprejoin init --netbox https://netbox.example --token env:NETBOX_TOKEN --where role=wlc
    """
    asked = _register(netbox, nautobot, token, ca)
    if asked is None:
        write_example(path)
        _tell(path, None, as_json=as_json)
        return
    kind, register = asked
    with people.status(f"asking {register.url}"):
        drafted = draft(
            DEVICES[kind](register, where),
            source=register.url,
            username=username,
            platforms={name: _platform(ours) for name, ours in platforms},
        )
    if not drafted.controllers:
        raise InvalidInput(
            f"none of the {len(drafted.left_out)} devices found is a controller{_first(drafted)}",
            where=register.url,
            expected="a --where that finds wireless controllers",
        )
    parse_inventory(drafted.text.encode(), path)
    write_new(path, drafted.text)
    _tell(path, drafted, as_json=as_json)


def _register(
    netbox: str | None, nautobot: str | None, token: str | None, ca: str | None
) -> tuple[str, Register] | None:
    if netbox and nautobot:
        raise click.UsageError("--netbox and --nautobot together: one register at a time")
    url = netbox or nautobot
    if url is None:
        return None
    if token is None:
        raise click.UsageError("--token is missing: where the API token is, such as env:NAME")
    clear = SecretResolver(Path.cwd()).resolve(token)
    return ("netbox" if netbox else "nautobot"), Register(url, clear, ca)


def _platform(ours: str) -> Platform:
    try:
        return Platform(ours)
    except ValueError:
        known = " or ".join(Platform)
        raise InvalidInput(f"found {ours!r}", where="--platform", expected=known) from None


def _first(drafted: Draft) -> str:
    return (
        f" ({drafted.left_out[0].name}: {drafted.left_out[0].reason})" if drafted.left_out else ""
    )


def _tell(path: Path, drafted: Draft | None, *, as_json: bool) -> None:
    if as_json:
        told = {"inventory": str(path)}
        left = {} if drafted is None else _document(drafted)
        print_json(told | left)
        return
    if drafted is None:
        people.print(f"wrote {path}: fill in your controllers, then: aprejoin sweep -i {path}")
        return
    if drafted.left_out:
        table = Table("left out", "why")
        for one in drafted.left_out:
            table.add_row(one.name, one.reason)
        people.print(table)
    people.print(
        f"wrote {path} with {drafted.controllers} controllers: look through it, set the passwords "
        f"that it refers to, then: aprejoin check -i {path}"
    )


def _document(drafted: Draft) -> dict[str, object]:
    left = [{"name": one.name, "reason": one.reason} for one in drafted.left_out]
    return {"controllers": drafted.controllers, "left_out": left}
