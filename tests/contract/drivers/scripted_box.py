"""The scripted server as a C9800 of one release, and a driver on it."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.config.clock import SystemClock
from service.domain.inventory import Controller, Credentials, SshEndpoint
from service.domain.observation import Platform
from service.drivers.iosxe.driver import IosXeDriver
from tests.contract.drivers.scripted_server import (
    PASSWORD,
    Answer,
    ScriptedServer,
    data,
    ok,
    operation,
    replied,
)

HARDWARE = "http://cisco.com/ns/yang/Cisco-IOS-XE-device-hardware-oper"
IA = "http://cisco.com/yang/cisco-ia"
SYNC = "is-syncing"


class Plain:
    """A secret store that holds what it is asked for."""

    def resolve(self, reference: str) -> str:
        return reference


def system(version: str = "17.9.1", more: str = "") -> str:
    return (
        f'<device-hardware-data xmlns="{HARDWARE}"><device-hardware><device-system-data>'
        "<software-version>Cisco IOS Software [Cupertino], C9800-CL Software "
        f"(C9800-CL-K9_IOSXE), Version {version}, RELEASE SOFTWARE (fc2)</software-version>"
        f"{more}</device-system-data></device-hardware></device-hardware-data>"
    )


def box(answer: Answer = ok, *, version: str = "17.9.1", syncing: str | None = None) -> Answer:
    """Tells the release, whether it is syncing, and for the rest what the test says."""

    def answered(rpc):
        asked = operation(rpc)
        if asked == "get" and next(rpc.iter("{*}software-version"), None) is not None:
            return data(rpc, system(version))
        if asked == SYNC:
            result = syncing or "No sync in progress"
            return replied(rpc, f'<result xmlns="{IA}">{result}</result>')
        return answer(rpc)

    return answered


def controller(server: ScriptedServer, **netconf) -> Controller:
    return Controller(
        "hq-1",
        Platform.IOSXE,
        "127.0.0.1",
        Credentials("admin", PASSWORD),
        netconf=SshEndpoint(server.port, **{"host_key": server.fingerprint, **netconf}),
    )


@contextmanager
def driver(server: ScriptedServer) -> Iterator[IosXeDriver]:
    opened = IosXeDriver.open(controller(server), Plain(), SystemClock())
    try:
        yield opened
    finally:
        opened.close()


def changes(server: ScriptedServer) -> list[str]:
    """What was asked for, reading and the question before each edit left out."""
    return [name for name in server.operations if name not in ("get", "get-config", SYNC)]
