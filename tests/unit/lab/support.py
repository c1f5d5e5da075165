"""A box on a clock that tests move by hand."""

from datetime import UTC, datetime, timedelta

from service.lab.box.box import Box
from service.lab.errors import RpcRefusedError
from service.lab.fleet import from_mapping
from service.lab.yang.check import Checker
from service.lab.yang.edit import Editor
from service.lab.yang.judge import parse
from service.lab.yang.schema import of_release

NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
NTP = "http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"
EEM = "http://cisco.com/ns/yang/Cisco-IOS-XE-eem"
CRYPTO = "http://cisco.com/ns/yang/Cisco-IOS-XE-crypto"
APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"
NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
STILL = {
    "boot_s": 3,
    "download_s": 4,
    "retry_s": 2,
    "ntp_settle_s": 2,
    "eem_cli_s": 0.15,
    "dmi_sync_s": 0.3,
    "reload_s": 2,
    "install_s": 10,
    "abort_minute_s": 1,
    "predownload_s": 5,
}


class ManualTime:
    """Time that stands still until it is moved."""

    def __init__(self, start: datetime = TODAY) -> None:
        self.now = 1000.0
        self._start = start

    def monotonic(self) -> float:
        return self.now

    def true_utc(self, at: float) -> datetime:
        return self._start + timedelta(seconds=at - 1000.0)


class Bench:
    """A box, its clock, and the few things tests do to it."""

    def __init__(self, **settings) -> None:
        self.time = ManualTime()
        given = {"name": "hq-1", "release": "17.9.1", "ntp": [{"host": "192.0.2.1"}], **settings}
        fleet = from_mapping({"lab": {"timings": STILL}, "controllers": [given]})
        (spec,) = fleet.controllers
        self.box = Box(spec, of_release(spec.release), self.time)

    def wait(self, seconds: float) -> None:
        self.time.now += seconds
        self.box.advance()

    def edit(self, inside: str, default: str = "merge") -> None:
        """Edit something under native as a NETCONF session would."""
        tree = self.box.stores.edited("running", config(inside), default)
        self.box.commit(self.box.advance(), tree, "test")

    def refused(self, inside: str, default: str = "merge") -> str:
        """The error-tag of an edit; empty when it is accepted."""
        try:
            self.edit(inside, default)
        except RpcRefusedError as err:
            return err.tag
        return ""

    def utc(self) -> datetime:
        return self.box.clock.utc(self.box.advance())

    def said(self, kind: str) -> list[str]:
        return [event.what for event in self.box.log.events(kind)]


def config(inside: str):
    """<config> around something under native; prefix nc: is bound."""
    return parse(
        f'<config xmlns:nc="{NC}"><native xmlns="{NATIVE}">{inside}</native></config>'.encode()
    )


def servers(inside: str) -> str:
    """Something under ntp/server."""
    return f'<ntp><server xmlns="{NTP}">{inside}</server></ntp>'


def editor(release: str = "17.9.1") -> Editor:
    """An editor of a release."""
    return Editor(Checker(of_release(release)))


def applet(
    name: str, after_s: int, *commands: str, operation: str = "create", extra: str = ""
) -> str:
    """An applet in the form of 17.6 to 17.12 whose actions are CLI commands."""
    actions = "".join(
        f"<action><name>{number:03d}</name><cli-choice><command>{command}</command></cli-choice>"
        "</action>"
        for number, command in enumerate(commands, start=10)
    )
    return applet_of(name, after_s, actions, operation=operation, extra=extra)


def applet_of(
    name: str, after_s: int, actions: str, operation: str = "create", extra: str = ""
) -> str:
    """An applet with actions given as XML."""
    return (
        f'<event><manager xmlns="{EEM}"><applet nc:operation="{operation}"><name>{name}</name>'
        "<authorization>bypass</authorization><event><timer-choice><countdown>"
        f"<time>{after_s}</time>{extra}</countdown></timer-choice></event>{actions}"
        "</applet></manager></event>"
    )
