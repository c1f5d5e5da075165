"""The naive way to sweep a fleet: a job for each device in ten processes, everything fetched.

Each reply becomes dictionaries (xmltodict, or the JSON of requests), and all of them go to Redis.
"""

import json
import multiprocessing
import time
from contextlib import suppress

import redis
import requests
import xmltodict
from ncclient import manager
from ncclient.transport.errors import TransportError

from tests.bench.many_aps_json import resource
from tests.contract.drivers.scripted_server import PASSWORD

PROCESSES = 10
APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"
EVERYTHING = f'<access-point-oper-data xmlns="{APO}"><capwap-data/></access-point-oper-data>'
TIMEOUT_S = 600


def by_netconf(job: tuple[str, dict[str, object], str]) -> int:
    """One device; how many access points it has."""
    name, told, broker_url = job
    session = manager.connect(
        host="127.0.0.1",
        port=told["port"],
        username=name,
        password=PASSWORD,
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
        timeout=TIMEOUT_S,
    )
    found = xmltodict.parse(session.get(("subtree", EVERYTHING)).xml)
    with suppress(TransportError):  # the canned controller hangs up without a word
        session.close_session()
    redis.Redis.from_url(broker_url.replace("redis+socket:", "unix:")).set(
        f"naive:{name}", json.dumps(found)
    )
    return len(found["rpc-reply"]["data"]["access-point-oper-data"]["capwap-data"])


def by_restconf(job: tuple[str, dict[str, object], str]) -> int:
    """The same over RESTCONF."""
    name, told, broker_url = job
    place = f"https://127.0.0.1:{told['port']}/r/data/{resource('aps')}"
    found = requests.get(place, auth=(name, PASSWORD), verify=told["ca"], timeout=TIMEOUT_S).json()
    redis.Redis.from_url(broker_url.replace("redis+socket:", "unix:")).set(
        f"naive:{name}", json.dumps(found)
    )
    return len(next(iter(found.values())))


WAYS = {"netconf": by_netconf, "restconf": by_restconf}


def seconds_a_controller(transport, names, told, broker_url, *, aps):
    """How long a sweep of these takes, for each of them; the processes are there before."""
    jobs = [(name, told, broker_url) for name in names]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(abs, range(PROCESSES))
        began = time.monotonic()
        found = pool.map(WAYS[transport], jobs, chunksize=1)
        took_s = time.monotonic() - began
    assert set(found) == {aps}
    return took_s / len(names)
