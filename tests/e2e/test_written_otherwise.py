"""The whole job on boxes that write everything in another legal way than the lab does."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from lxml import etree

from tests.e2e.relay import OTHERS, Relay, otherwise
from tests.e2e.stand import Finished, Stand, box, together

FORMS = [
    {"host": "192.0.2.1", "prefer": True, "iburst": True},
    {"host": "ntp1.example.net", "form": "ip", "key": 7},
    {"host": "10.9.9.9", "vrf": "Mgmt-intf"},
]
BOXES = {
    f"other-{number}": box(f"other-{number}", release, ntp=FORMS)
    for number, release in enumerate(("17.3.6", "17.6.4", "17.9.1", "17.12.1"))
}


def through(stand: Stand, relays: dict[str, Relay]) -> Path:
    """The stand's inventory, with the relays in place of the boxes."""
    document = yaml.safe_load(stand.inventory.read_text())
    for one in document["controllers"]:
        relay = relays[one["name"]]
        one["netconf"] = {"port": relay.port, "host_key": relay.fingerprint}
    path = stand.inventory.with_name("otherwise.yaml")
    path.write_text(yaml.safe_dump(document))
    return path


def work(stand: Stand) -> dict[str, Finished]:
    password = (stand.inventory.parent / "password").read_text()
    with ExitStack() as stack:
        relays = {
            name: stack.enter_context(Relay(port=stand.box(name).port, password=password))
            for name in BOXES
        }
        inventory = through(stand, relays)
        stand.sweep_until_probable(*BOXES, inventory=inventory)
        jobs = {
            name: lambda n=name: stand.run("remediate", n, "--yes", "--json", inventory=inventory)
            for name in BOXES
        }
        return together(jobs)


@pytest.mark.parametrize("name", list(BOXES))
def test_a_box_that_writes_otherwise_is_mended_as_well(stand, results, name):
    finished = results[name]
    assert isinstance(finished, Finished), finished
    assert finished.code == 0, finished.err
    assert finished.document["remediation"]["state"] == "succeeded"
    assert stand.left_behind(name) == []


def test_what_is_written_otherwise_is_the_same():
    nc, native = "urn:ietf:params:xml:ns:netconf:base:1.0", "urn:native"
    message = (
        f'<rpc-reply xmlns="{nc}" message-id="1"><data><native xmlns="{native}"><a>1</a><b>2</b>'
        "</native></data></rpc-reply>"
    )
    text = otherwise(message.encode())
    assert b"<p" in text
    assert b"xmlns=" not in text
    root = etree.fromstring(text)
    names = [etree.QName(e).text for e in root.iter(etree.Element)]
    assert names[:3] == [f"{{{nc}}}rpc-reply", f"{{{nc}}}data", f"{{{native}}}native"]
    assert names[3:] == [f"{{{OTHERS}}}note", f"{{{native}}}b", f"{{{native}}}a"]
