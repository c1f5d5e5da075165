"""Whatever is sent, a box answers it, and what it accepts fits its models."""

import copy
import os
import random
from pathlib import Path

import pytest
from lxml import etree

from service.lab.box.box import Box
from service.lab.fleet import from_mapping
from service.lab.netconf.context import Server
from service.lab.netconf.operations import answer
from service.lab.netconf.sessions import Sessions
from service.lab.time import HostTime
from service.lab.yang.check import Kind
from service.lab.yang.judge import parse
from service.lab.yang.schema import of_release
from tests.contract.lab.support import NC

ROOT = Path(__file__).parents[3]
FACTS = Path(os.environ.get("APREJOIN_DEVICE_FACTS", ROOT.parent / "shared" / "devices"))
SAMPLES = FACTS / "iosxe" / "samples"
WORDS = ["", "x", "-1", "99999999999999", "true", "\n", "$", "é", " ", "0x1g", "a:b", "/a[", "//*"]
VERBS = ["delete", "remove", "create", "replace", "merge", "none", "x"]
ROUNDS = 500


def requests() -> list[etree._Element]:
    """Every sample that a client may send, as an <rpc>."""
    found = []
    for path in sorted(SAMPLES.glob("*.xml")):
        root = parse(path.read_bytes())
        if path.name.startswith("rpc-"):
            found.append(root)
        elif path.name.startswith("edit-"):
            outer = "<edit-config><target><running/></target></edit-config>"
            found.append(wrapped(outer, root))
        elif path.name.startswith("filter-"):
            found.append(wrapped("<get/>", root))
    return found


def wrapped(operation: str, inside: etree._Element) -> etree._Element:
    rpc = etree.fromstring(f'<rpc xmlns="{NC}" message-id="1">{operation}</rpc>')
    rpc[0].append(inside)
    return rpc


def garbled(document: etree._Element, chance: random.Random) -> etree._Element:
    """A copy with one to three things wrong."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        there = list(document.iter(etree.Element))
        one, other = chance.choice(there), chance.choice(there)
        match chance.randint(0, 6):
            case 0 if one.getparent() is not None:
                one.getparent().remove(one)
            case 1:
                one.append(copy.deepcopy(other))
            case 2:
                one.text = chance.choice(WORDS)
            case 3:
                one.tag = other.tag
            case 4:
                one.set(f"{{{NC}}}operation", chance.choice(VERBS))
            case 5:
                one.set(chance.choice(["type", "select", "insert"]), chance.choice(WORDS).strip())
            case _:
                one[:] = []
    return document


@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no device facts in {FACTS}: APREJOIN_DEVICE_FACTS"
)
@pytest.mark.parametrize("release", ["17.3.6", "17.6.4", "17.9.1", "17.12.1"])
def test_a_box_answers_garbled_requests_and_stays_valid(release):
    chance = random.Random(release)  # noqa: S311  # reproducible on purpose
    box_in = {"name": "a", "release": release, "ntp": [{"host": "192.0.2.1", "key": 7}]}
    (spec,) = from_mapping({"controllers": [box_in]}).controllers
    box = Box(spec, of_release(release), HostTime())
    server = Server(box, Sessions())
    session = server.sessions.add("admin", "127.0.0.1", 0.0, lambda _: None)
    documents = requests()
    for _ in range(ROUNDS):
        rpc = garbled(chance.choice(documents), chance)
        reply = answer(server, session, parse(etree.tostring(rpc)))
        assert len(reply) > 0
        box.stores.locks.clear()
        checker = box.stores.editor.checker
        checker.tops(box.stores.running, box.schema.data, Kind.DATA)
