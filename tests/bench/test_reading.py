"""What the driver costs for 6,000 access points, beside what the same bytes cost at least.

The controller is simulated in another process; the CPU time of this one is what is compared, so
that the machine's other work and the simulator's thinking drop out.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager

import pytest
import xmltodict
import yaml
from lxml import etree
from ncclient import manager

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.observation import Topic
from service.drivers.iosxe.driver import IosXeDriver
from tests.contract.lab.support import APO, GO
from tests.support.facts import ROOT

COUNT = 6000
FLEET = {
    "controllers": [
        {
            "name": "hq-1",
            "release": "17.9.1",
            "ntp": [{"host": "192.0.2.1"}],
            "aps": [{"kind": "healthy", "count": COUNT}],
        }
    ]
}
WHOLE = (
    f'<access-point-oper-data xmlns="{APO}"><capwap-data/></access-point-oper-data>',
    f'<ap-global-oper-data xmlns="{GO}"><ap-join-stats/></ap-global-oper-data>',
)
TIMEOUT_S = 120.0


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    """The inventory of a lab in a process of its own, and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    fleet = folder / "fleet.yaml"
    fleet.write_text(yaml.safe_dump(FLEET))
    command = [sys.executable, "-m", "service.cli.main", "lab", "up", str(fleet), "--json"]
    with subprocess.Popen(
        [*command, "--state-dir", str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as lab:
        try:
            assert lab.stdout is not None
            lab.stdout.readline()
            yield load_inventory(folder / "inventory.yaml"), folder
        finally:
            lab.terminate()


def cpu_s(work: Callable[[], int]) -> float:
    """CPU seconds of this process for one piece of work that has to see every AP."""
    began = time.process_time()
    assert work() == COUNT
    return time.process_time() - began


@contextmanager
def session(box, folder):
    """A plain ncclient session, as it comes."""
    secrets = SecretResolver(folder)
    with manager.connect(
        host=box.host,
        port=box.netconf.port,
        username=box.credentials.username,
        password=secrets.resolve(box.credentials.password),
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
        timeout=TIMEOUT_S,
    ) as plain:
        yield plain


def test_the_driver_beside_everything_fetched_and_xmltodict(inventory, figures):
    fleet, folder = inventory
    box = fleet.get("hq-1")
    replies: list[str] = []

    def by_driver() -> int:
        driver = IosXeDriver.open(box, SecretResolver(folder), SystemClock())
        try:
            topics = frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS})
            return len(driver.read(topics, timeout_s=TIMEOUT_S).aps or ())
        finally:
            driver.close()

    def by_dictionaries() -> int:
        with session(box, folder) as plain:
            replies.extend(plain.get(filter=("subtree", whole)).xml for whole in WHOLE)
        rows = xmltodict.parse(replies[0])["rpc-reply"]["data"]["access-point-oper-data"]
        xmltodict.parse(replies[1])
        return len(rows["capwap-data"])

    def by_lxml_alone() -> int:
        trees = [etree.fromstring(reply.encode()) for reply in replies]
        return sum(1 for _ in trees[0].iter(f"{{{APO}}}capwap-data"))

    ours, theirs = cpu_s(by_driver), cpu_s(by_dictionaries)
    least = cpu_s(by_lxml_alone)
    figures("6,000 APs: whole tables parsed by lxml, no network", seconds=least)
    figures("6,000 APs: whole tables, ncclient and xmltodict", seconds=theirs, ratio=theirs / least)
    figures("6,000 APs: this driver", seconds=ours, ratio=ours / theirs)
