"""What a controller is: by its version, its configuration, or the revision of one module."""

import pytest

from service.config.clock import SystemClock
from service.drivers.iosxe.driver import IosXeDriver
from service.errors import CapabilityMissing, ReplyMalformed
from tests.contract.drivers.scripted_box import HARDWARE, Plain, controller, system
from tests.contract.drivers.scripted_server import (
    ROLLBACK,
    RUNNING,
    ScriptedServer,
    data,
    error,
    hello,
    replied,
)

APO = "Cisco-IOS-XE-wireless-access-point-oper"
APO_NS = f"http://cisco.com/ns/yang/{APO}"
LIBRARY = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"


def only(element: str, reply: str):
    """A box that answers one question alone and knows nothing else."""

    def answer(rpc):
        if next(rpc.iter(f"{{*}}{element}"), None) is not None:
            return data(rpc, reply)
        return replied(rpc, error("unknown-element"))

    return answer


def library_1_1(revision: str) -> str:
    return (
        f'<yang-library xmlns="{LIBRARY}"><module-set><name>all</name><module><name>other</name>'
        f"<revision>2031-01-01</revision></module><module><name>{APO}</name><revision>{revision}"
        f"</revision><namespace>{APO_NS}</namespace></module></module-set></yang-library>"
    )


def library_1_0(revision: str) -> str:
    return (
        f'<modules-state xmlns="{LIBRARY}"><module><name>{APO}</name><revision>{revision}'
        f"</revision><namespace>{APO_NS}</namespace></module></modules-state>"
    )


def schema_list(revision: str) -> str:
    return (
        f'<netconf-state xmlns="{MONITORING}"><schemas><schema><identifier>{APO}</identifier>'
        f"<version>{revision}</version><format>yang</format><namespace>{APO_NS}</namespace>"
        "<location>NETCONF</location></schema></schemas></netconf-state>"
    )


def release(answer, *capabilities: str) -> str:
    greeting = hello(RUNNING, ROLLBACK, *capabilities)
    with ScriptedServer(answer, greeting=greeting) as server:
        driver = IosXeDriver.open(controller(server), Plain(), SystemClock())
        driver.close()
        return driver.release


NOTHING = only("nothing-at-all", "")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (only("software-version", system("17.9.4a")), "17.9.4a"),
        (only("software-version", system("26.1.1")), "26.1.1"),
        (only("version", f'<native xmlns="{NATIVE}"><version>17.12</version></native>'), "17.12.0"),
        (only("yang-library", library_1_1("2024-07-01")), "17.15.0"),
        (only("yang-library", library_1_1("2030-01-01")), "26.1.0"),
        (only("modules-state", library_1_0("2020-07-01")), "17.3.0"),
        (only("schemas", schema_list("2021-07-01")), "17.6.0"),
        (only("schemas", schema_list("2021-12-24")), "17.6.0"),
    ],
    ids=[
        "version",
        "new-version",
        "configuration",
        "library-1.1",
        "library-of-tomorrow",
        "library-1.0",
        "schemas",
        "between-releases",
    ],
)
def test_a_release_is_learnt_from_the_first_place_that_tells(answer, told):
    assert release(answer) == told


@pytest.mark.parametrize(
    "uri",
    [
        f"{APO_NS}?module={APO}&amp;revision=2022-07-01",
        f"{APO_NS}?revision=2022-07-01&amp;module={APO}",
        f"\n   {APO_NS}?module={APO}&amp;revision=2022-07-01&amp;features=a,b\n ",
    ],
)
def test_a_release_is_learnt_from_the_hello_where_nothing_can_be_read(uri):
    assert release(NOTHING, uri) == "17.9.0"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (NOTHING, ReplyMalformed, "no release can be told"),
        (only("yang-library", library_1_1("2015-01-01")), ReplyMalformed, "no release can be told"),
        (only("software-version", system("16.12.5")), CapabilityMissing, "older than"),
        (
            only("software-version", system().replace("C9800-CL-K9_IOSXE", "CAT9K_IOSXE")),
            CapabilityMissing,
            "a Catalyst 9000 switch",
        ),
        (
            only(
                "software-version",
                f'<device-hardware-data xmlns="{HARDWARE}/x"><device-hardware/>'
                "</device-hardware-data>",
            ),
            ReplyMalformed,
            "expected {http://cisco.com",
        ),
    ],
    ids=["silent", "ancient-module", "ancient", "switch", "other-namespace"],
)
def test_what_is_no_such_controller_is_refused_and_its_session_ended(answer, kind, words):
    with ScriptedServer(answer) as server, pytest.raises(kind, match=words.replace("{", r"\{")):
        IosXeDriver.open(controller(server), Plain(), SystemClock())
