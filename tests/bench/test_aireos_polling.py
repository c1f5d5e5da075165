"""What a poll of 6,000 access points costs on AireOS: by SNMP, and by the command line alone.

The floor is the same exchange with its answers received and not read: whatever a client does beyond
that is its own. The controller is simulated in another process; its thinking is in every wall time.
"""

import resource
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import yaml

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.inventory import SnmpEndpoint
from service.domain.observation import SWEEP_TOPICS
from service.drivers.aireos.book import book
from service.drivers.aireos.driver import AireOsDriver
from service.drivers.links.snmp import SnmpLink
from service.drivers.links.snmp_message import Ask, message, pdu
from service.drivers.links.snmp_session import SnmpTarget
from service.transcripts.ber import oid_of
from tests.support.facts import ROOT

COUNT = 6000
COLUMNS = ("state", "name", "version", "model", "serial", "address", "image", "ethernet_mac")
FLEET = {
    "controllers": [
        {
            "name": "hq-1",
            "platform": "aireos",
            "model": "8540",
            "release": "8.10.151.0",
            "ntp": [{"host": "192.0.2.1"}],
            "login": {"algorithms": "modern"},
            "aps": [{"kind": "healthy", "count": COUNT}],
        }
    ]
}
TIMEOUT_S = 120.0
STEP = 30


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    """The controller's inventory entry, and the folder of its secrets."""
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
            yield load_inventory(folder / "inventory.yaml").get("hq-1"), folder
        finally:
            lab.terminate()


def measured(work):
    """(seconds, CPU seconds of this process, result)."""
    began, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - began, time.process_time() - cpu, result


def floor(port, community, found):
    """The requests of a walk, and their answers received but not read."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(("127.0.0.1", port))
        for column, rows in found.items():
            for index in list(rows)[::STEP]:
                body = pdu(Ask.GET_BULK, 1, ((*oid_of(column), *index),), repetitions=STEP)
                line.send(message(community.encode(), body))
                line.recv(65535)


def test_a_walk_of_eight_columns_beside_its_bare_exchange(box, figures):
    controller, folder = box
    community = SecretResolver(folder).resolve(controller.credentials.snmp_community)
    target = SnmpTarget("hq-1", "127.0.0.1", controller.snmp.port, community=community)
    oids = [book().tables["aps"].oid_of(name) for name in COLUMNS]
    link = SnmpLink.open(target)
    wall, cpu, found = measured(lambda: link.walk(oids, timeout_s=TIMEOUT_S))
    link.close()
    least_wall, least_cpu, _ = measured(lambda: floor(controller.snmp.port, community, found))
    assert sum(len(column) for column in found.values()) == COUNT * len(COLUMNS)
    figures("6,000 APs x 8 columns: exchange alone, wall", seconds=least_wall)
    figures("6,000 APs x 8 columns: walk, wall", seconds=wall, ratio=wall / least_wall)
    figures("6,000 APs x 8 columns: exchange alone, CPU", seconds=least_cpu)
    figures("6,000 APs x 8 columns: walk, CPU", seconds=cpu, ratio=cpu / least_cpu)


@pytest.mark.parametrize("way", ["both ways", "command line alone"])
def test_a_whole_poll(box, figures, way):
    controller, folder = box
    if way == "command line alone":
        controller = replace(controller, snmp=SnmpEndpoint(port=9))
    driver = AireOsDriver.open(controller, SecretResolver(folder), SystemClock())
    try:
        for turn in ("first", "second"):
            wall, cpu, view = measured(lambda: driver.read(SWEEP_TOPICS, timeout_s=TIMEOUT_S))
            assert len(view.aps) == COUNT
            figures(f"6,000 APs, {way}: {turn} poll, wall", seconds=wall)
            figures(f"6,000 APs, {way}: {turn} poll, CPU", seconds=cpu)
    finally:
        driver.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures(f"peak memory of the process: {peak_mb:.0f} MB after", seconds=0.0)
