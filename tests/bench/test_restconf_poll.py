"""Six thousand APs over RESTCONF, from request to domain objects, beside the least possible.

Each way has a process of its own, the server another one: CPU time is the client's alone.
"""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.bench import restconf_ways
from tests.bench.many_aps import COUNT
from tests.bench.meter import alone_by_turns
from tests.support.facts import ROOT


@contextmanager
def controller(width, folder):
    """Where one with canned answers listens: port, and the file that vouches for it."""
    command = [sys.executable, "-m", "tests.bench.web_controller", width, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            told = json.loads(process.stdout.readline())
            yield told["port"], told["ca"]
        finally:
            process.stdin.close()
            process.wait()


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_poll_beside_its_bytes_and_one_parse(width, figures, tmp_path):
    with controller(width, tmp_path) as where:
        ways = (restconf_ways.by_floor, restconf_ways.by_driver, restconf_ways.by_requests)
        floor, ours, naive = alone_by_turns(ways, where)
    assert floor.result == ours.result == naive.result == COUNT
    figures.compare(f"RESTCONF, {width}: TLS bytes and one orjson parse", floor)
    figures.compare(f"RESTCONF, {width}: this driver", ours, floor)
    figures.compare(f"RESTCONF, {width}: requests and its json, not read", naive, floor)
