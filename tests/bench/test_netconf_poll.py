"""Six thousand APs over NETCONF, from request to domain objects, beside the least possible.

Each way has a process of its own, the server another one: CPU time is the client's alone.
"""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.bench import netconf_ways
from tests.bench.many_aps import COUNT
from tests.bench.meter import alone_by_turns
from tests.support.facts import ROOT


@contextmanager
def controller(width):
    """Where one with canned replies listens: port and fingerprint."""
    command = [sys.executable, "-m", "tests.bench.big_controller", width]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            told = json.loads(process.stdout.readline())
            yield told["port"], told["fingerprint"]
        finally:
            process.stdin.close()
            process.wait()


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_poll_beside_its_bytes_and_one_parse(width, figures):
    with controller(width) as where:
        ways = (netconf_ways.by_floor, netconf_ways.by_driver, netconf_ways.by_dictionaries)
        floor, ours, naive = alone_by_turns(ways, where)
    assert floor.result == ours.result == naive.result == COUNT
    figures.compare(f"NETCONF, {width}: SSH bytes and one lxml parse", floor)
    figures.compare(f"NETCONF, {width}: this driver", ours, floor)
    figures.compare(f"NETCONF, {width}: ncclient and xmltodict", naive, floor)
