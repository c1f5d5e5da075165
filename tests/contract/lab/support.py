"""A lab for a test, and a client on a box: ncclient, the library that the product uses."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ncclient import manager
from ncclient.operations import RPCError
from ncclient.operations.errors import TimeoutExpiredError
from ncclient.transport.errors import SessionCloseError, TransportError

from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.support.patience import PATIENCE_S, REPLY_S

APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"
GO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-ap-global-oper"
NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
NTP = "http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"
EEM = "http://cisco.com/ns/yang/Cisco-IOS-XE-eem"
HARDWARE = "http://cisco.com/ns/yang/Cisco-IOS-XE-device-hardware-oper"
NTP_OPER = "http://cisco.com/ns/yang/Cisco-IOS-XE-ntp-oper"
NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
IA = "http://cisco.com/yang/cisco-ia"
GONE = f'<server xmlns="{NTP}" nc:operation="remove"/>'
FAST = {
    "boot_s": 0.2,
    "download_s": 0.3,
    "retry_s": 0.2,
    "ntp_settle_s": 0.2,
    "eem_cli_s": 0.02,
    "dmi_sync_s": 0.0,
    "reload_s": 0.4,
}


def one_box(**settings):
    """A fleet mapping of one box."""
    box = {"name": "hq-1", "release": "17.9.1", "ntp": [{"host": "192.0.2.1"}], **settings}
    return {"lab": {"timings": FAST}, "controllers": [box]}


@contextmanager
def started(tmp_path, fleet=None, **settings) -> Iterator[Lab]:
    """A running lab of one box, or of a fleet mapping."""
    with Lab(from_mapping(fleet or one_box(**settings)), state_dir=tmp_path) as lab:
        yield lab


@contextmanager
def client(lab, name="hq-1", timeout=REPLY_S):
    """An ncclient session on a box."""
    password = (lab.inventory_path.parent / "password").read_text()
    session = manager.connect(
        host="127.0.0.1",
        port=lab.box(name).port,
        username="admin",
        password=password,
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
        timeout=timeout,
    )
    try:
        yield session
        if session.connected:
            with suppress(TransportError, SessionCloseError, TimeoutExpiredError):
                session.close_session()
    finally:
        session._session.close()


def refusal(action, *args, **kwargs):
    """The rpc-error that a call runs into; None when it is carried out."""
    try:
        action(*args, **kwargs)
    except RPCError as err:
        return err
    return None


def config(inside: str) -> str:
    """A <config> around something under native."""
    return (
        '<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"'
        ' xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">'
        f'<native xmlns="{NATIVE}">{inside}</native></config>'
    )


def ntp(inside: str) -> str:
    """A <config> around something under ntp."""
    return config(f"<ntp>{inside}</ntp>")


def texts(reply, name: str) -> list[str]:
    """Texts of every element of that local name."""
    return [e.text or "" for e in reply.data_ele.iter(f"{{*}}{name}")]


def until(condition, seconds=PATIENCE_S):
    """Wait for a condition of a box that lives in real time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)  # noqa: TID251  # the lab's boxes live in real time
