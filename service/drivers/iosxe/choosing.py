"""Which way a C9800 is read: RESTCONF where it offers it, else NETCONF; the inventory may pin one.

A refused login is never tried again by the other door: it locks accounts. Nothing is sent to a
server whose certificate is not trusted.
"""

from service.domain.inventory import Controller
from service.drivers.iosxe.driver import IosXeDriver
from service.drivers.iosxe.remembered import Remembered, Way
from service.drivers.iosxe.restconf_driver import RestconfDriver
from service.drivers.links.restconf import RestconfLink, RestconfTarget
from service.errors import DeviceError, DeviceUnreachable, HostKeyRefused, ReplyMalformed
from service.ports.clock import Clock
from service.ports.driver import ControllerDriver
from service.ports.secrets import Secrets

FAILED = (DeviceUnreachable, HostKeyRefused, ReplyMalformed)
"""Failures of the way, not of the login."""
DISCOVERY_TIMEOUT_S = 30.0


def open_driver(
    controller: Controller, secrets: Secrets, clock: Clock, remembered: Remembered
) -> ControllerDriver:
    """Connect by the way that this controller offers, or by RESTCONF where that is pinned.

    Raises:
        DeviceError: as the driver port; of RESTCONF's own only where it is pinned.
    """
    pinned = controller.transport == "restconf"
    way = remembered.of(controller)
    if way is None or (way.root is None and pinned):
        way = _found(controller, secrets, pinned=pinned)
        remembered.note(controller, way)
    if way.root is None:
        return IosXeDriver.open(controller, secrets, clock, because=way.why)
    link = RestconfLink(_target(controller, secrets), way.root)
    try:
        return RestconfDriver(controller, link, secrets, clock, remembered)
    except DeviceError as err:
        link.close()
        if pinned or not isinstance(err, FAILED):
            raise
        remembered.note(controller, Way(why=str(err)))
        return IosXeDriver.open(controller, secrets, clock, because=str(err))


def _found(controller: Controller, secrets: Secrets, *, pinned: bool) -> Way:
    """Look for RESTCONF."""
    link = RestconfLink(_target(controller, secrets))
    try:
        root = link.discover(timeout_s=DISCOVERY_TIMEOUT_S)
    except FAILED as err:
        if pinned:
            raise
        return Way(why=str(err))
    finally:
        link.close()
    if root is None:
        why = "RESTCONF is not offered: no root at .well-known/host-meta"
        if pinned:
            raise DeviceUnreachable(controller.name, "RESTCONF", why)
        return Way(why=f"{controller.name}: {why}")
    return Way(root=root)


def _target(controller: Controller, secrets: Secrets) -> RestconfTarget:
    endpoint = controller.restconf
    return RestconfTarget(
        controller=controller.name,
        host=controller.host,
        port=endpoint.port,
        username=controller.credentials.username,
        password=secrets.resolve(controller.credentials.password),
        ca=endpoint.ca,
        insecure=endpoint.insecure,
    )
