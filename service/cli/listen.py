"""`aprejoin listen`: syslog in; what matters is kept, tied to a controller, and looked after."""

import re
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import click

from service.cli.edge import command_edge, inventory_option, json_option
from service.cli.hearing import hearing
from service.cli.standing import (
    say_ready,
    standing_settings,
    told_to_stop,
)
from service.config.latest_inventory import LatestInventory
from service.domain.events.pushing import VIA
from service.errors import InvalidInput, StoreError
from service.listeners.intake import Intake
from service.listeners.senders import Senders
from service.listeners.server import SNMP, TCP, TLS, UDP, Listeners, Place, TlsFiles
from service.listeners.subscriptions import subscribed_in
from service.supervise import TEND_EVERY_S, supervised


class HostPort(click.ParamType[tuple[str, int]]):
    """An address and a port."""

    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Host and port; `[::1]:5514` for IPv6."""
        host, colon, port = str(value).rpartition(":")
        host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
        if not colon or not host or not PORT.fullmatch(port) or int(port) > 65535:  # noqa: PLR2004
            self.fail(f"{value!r}: expected HOST:PORT, such as 0.0.0.0:5514", param, ctx)
        return host, int(port)


PORT = re.compile(r"[0-9]{1,5}")
Addresses: TypeAlias = tuple[tuple[str, int], ...]
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("listen")
@inventory_option
@click.option("--syslog-udp", multiple=True, type=HostPort(), help="Syslog over UDP (RFC 5426).")
@click.option("--syslog-tcp", multiple=True, type=HostPort(), help="Syslog over TCP (RFC 6587).")
@click.option("--syslog-tls", multiple=True, type=HostPort(), help="Syslog over TLS (RFC 5425).")
@click.option("--snmp", multiple=True, type=HostPort(), help="SNMP traps and informs, 1, 2c and 3.")
@click.option("--tls-cert", type=FILE, help="For TLS: the certificate and its chain, PEM.")
@click.option("--tls-key", type=FILE, help="For TLS: its key, PEM; else in the same file.")
@click.option("--tls-client-ca", type=FILE, help="For TLS: senders need a certificate of these.")
@json_option
@command_edge
def listen_command(
    inventory: Path | None,
    syslog_udp: Addresses,
    syslog_tcp: Addresses,
    syslog_tls: Addresses,
    snmp: Addresses,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_client_ca: Path | None,
    as_json: bool,
) -> None:
    """Listen for syslog, SNMP traps and what controllers tell by NETCONF, until Ctrl-C or SIGTERM.

    Workers look at what matters. Controllers with `events` in the inventory are subscribed to.

    A line counts if it is one of the known messages (docs/events.md) and can be tied to one
    controller of the inventory. The first of a storm has that controller polled at once, and one
    more poll follows when the storm has ended. It uses the same store and broker as `worker`.

    \b
    Examples:
      aprejoin listen -i inventory.yaml --syslog-udp 0.0.0.0:5514 --syslog-tcp 0.0.0.0:5514
      aprejoin listen -i inventory.yaml --syslog-udp 0.0.0.0:5514 --snmp 0.0.0.0:5162
      aprejoin listen -i inventory.yaml --syslog-tls 0.0.0.0:6514 --tls-cert cert.pem
    """
    asked = ((UDP, syslog_udp), (TCP, syslog_tcp), (TLS, syslog_tls), (SNMP, snmp))
    places = [Place(via, host, port) for via, given in asked for host, port in given]
    settings = standing_settings(inventory)
    subscribed = sorted(subscribed_in(LatestInventory(settings.inventory)()))
    if not places and not subscribed:
        raise InvalidInput(
            "nothing to listen on, and no controller of the inventory has `events`",
            where="--syslog-udp",
            expected="HOST:PORT, at least once",
        )
    tls = _tls(tls_cert, tls_key, tls_client_ca) if syslog_tls else None
    intake = Intake()
    with (
        told_to_stop() as stop,
        closing(Listeners(places, intake, tls, senders=Senders())) as listeners,
        supervised(settings, crews=(), beat=False) as children,
        hearing(settings, children.broker_url, listeners, intake) as hears,
    ):
        where = listeners.addresses | ({VIA: subscribed} if subscribed else {})
        say_ready("listen", dict(where), f"ready: {shown(where)}", as_json=as_json)
        while not stop.wait(TEND_EVERY_S):
            if not hears():
                raise StoreError("the listener ended by itself; its log says why")
            children.tend()


def shown(where: Mapping[str, Sequence[str]]) -> str:
    """Where it listens, for people."""
    return ", ".join(f"{via} {', '.join(at)}" for via, at in where.items())


def _tls(certificate: Path | None, key: Path | None, ca: Path | None) -> ssl.SSLContext:
    """What TLS takes. Raises InvalidInput."""
    if certificate is None:
        raise InvalidInput(
            "TLS needs a certificate", where="--tls-cert", expected="a PEM file of this host"
        )
    return TlsFiles(certificate, key or certificate, ca).context()
