"""`worker`, `beat`, `serve --api-only` and `token`, and what each says when it cannot run."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.stand import Running, Stand, box, standing, together
from tests.integration.served import Caller, Service, descendants, runs, wait_for
from tests.support.servers import own_broker

GOOD = "controllers: [{name: hq-1, platform: iosxe, host: wlc, credentials: hq}]\n"
CREDENTIALS = 'credentials: {hq: {username: admin, password: "env:HQ"}}\n'


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    slow = {"kind": "looping", "timings": {"boot_s": 3.0, "download_s": 6.0}}
    boxes = box("hq-1"), box("far", aps=[slow])
    with standing(tmp_path_factory.mktemp("standing"), *boxes) as found:
        yield found


def ready(running: Running) -> dict[str, object]:
    wait_for(lambda: running.out.read_text().endswith("\n"), 90.0, running.said)
    return json.loads(running.out.read_text())


def ends(running: Running) -> None:
    running.signal(signal.SIGTERM)
    assert running.finish().code == 0


def test_the_parts_of_the_service_run_as_commands_of_their_own(stand: Stand):
    state = stand.folder / "parts"
    api = stand.start("serve", "--api-only", "--port", "0", "--json", state=state)
    address = ready(api)["serve"]["address"]
    admin = next(line for line in api.said().splitlines() if "admin token" in line).split()[-1]
    with_workers = stand.start("worker", "--queues", "remediate,poll", "--json", state=state)
    beat = stand.start("beat", "--json", state=state)
    assert ready(with_workers) == {"worker": {"queues": ["remediate", "poll"]}}
    assert ready(beat) == {"beat": {"schedules": []}}
    caller = Caller(address, admin)
    named = ("database", "migrations", "broker", "workers-poll", "workers-remediate", "disk")
    everything = dict.fromkeys(named, True)
    told = wait_for(
        lambda: caller.ask("GET", "/readyz").json()["ready"], 30.0, lambda: caller.get("/readyz")
    )
    assert told
    assert caller.get("/readyz")["checks"] == everything
    another_beat = stand.start("beat", "--json", state=state)
    assert ready(another_beat)
    ends(another_beat)
    note = json.loads((state / "broker.json").read_text())
    ends(beat)
    ends(with_workers)
    wait_for(  # what was seen counts for some seconds
        lambda: caller.ask("GET", "/readyz").status_code == 503, 60.0, "ready without workers"
    )
    ends(api)
    assert not runs(note["server"])


@contextmanager
def many_machines(stand: Stand, postgres_url: str) -> Iterator[None]:
    """One database and one broker for every part; a state folder of its own for each."""
    address = stand.folder / "database_url"
    address.write_text(f"{postgres_url}\n")
    with own_broker() as broker:
        stand.settings = {
            "APREJOIN_DATABASE_URL_FILE": str(address),
            "APREJOIN_BROKER_URL": broker.url,
        }
        try:
            yield
        finally:
            stand.end()
            stand.settings = {}


def part(stand: Stand, name: str, *words: str) -> Running:
    running = stand.start(*words, "--json", state=stand.folder / f"machine-{name}")
    ready(running)
    return running


def test_many_machines_share_a_database_and_a_broker_and_one_may_die(stand, postgres_url):
    with many_machines(stand, postgres_url):
        service = Service(stand, "machine-api")
        parts = together(
            {
                "api": lambda: service.start("--api-only").running,
                "first": lambda: part(stand, "first", "worker", "--queues", "remediate"),
                "reader": lambda: part(stand, "reader", "worker", "--queues", "poll,notify"),
                "beat": lambda: part(stand, "beat", "beat"),
            }
        )
        service.learn("far")
        where = service.remediate("far")
        service.until_in_window("far", where)
        first = parts["first"].process.pid
        tree = {first, *descendants(first)}
        for pid in tree:  # the power is gone
            os.kill(pid, signal.SIGKILL)
        parts["first"].process.wait()
        parts["second"] = part(stand, "second", "worker", "--queues", "remediate")
        ended = service.until_ended(where)
        assert ended["state"] in ("succeeded", "rolled-back"), ended
        assert stand.left_behind("far") == []
        assert abs(stand.box("far").clock_offset_s) < 5
        for name in ("beat", "second", "reader", "api"):
            ends(parts[name])


def wrong(folder: Path, text: str) -> Path:
    path = folder / f"{abs(hash(text))}.yaml"
    path.write_text(text)
    return path


def test_what_is_wrong_is_said_at_once_with_an_exit_status(stand: Stand, tmp_path: Path):
    busy = socket.create_server(("127.0.0.1", 0))
    with closing(busy):
        port = str(busy.getsockname()[1])
        nowhere = tmp_path / "nowhere.yaml"
        nobody = wrong(tmp_path, f"controllers: []\n{CREDENTIALS}")
        torn = wrong(tmp_path, "controllers: [{name: hq-1")
        refused = partial(stand.run, refused=True)
        found = together(
            {
                "port": lambda: refused("serve", "--port", port, "--json"),
                "host": lambda: refused("serve", "--host", "nowhere.invalid", "--json"),
                "missing": lambda: refused("serve", "--json", inventory=nowhere),
                "empty": lambda: refused("worker", "--json", inventory=nobody),
                "torn": lambda: refused("beat", "--json", inventory=torn),
                "queue": lambda: refused("worker", "--queues", "pole", "--json"),
                "state": lambda: refused("serve", "--json", state=nobody / "under-a-file"),
            }
        )
    told = {name: (one.code, one.document["error"]["detail"]) for name, one in found.items()}
    assert {name: code for name, (code, _) in told.items()} == {
        "port": 1,
        "host": 1,
        "missing": 2,
        "empty": 2,
        "torn": 2,
        "queue": 2,
        "state": 2,
    }
    words = {
        "port": f"cannot listen on 127.0.0.1 port {port}",
        "host": "cannot listen on nowhere.invalid",
        "missing": str(nowhere),
        "empty": "at least one controller",
        "torn": str(torn),
        "queue": "any of poll,remediate,notify",
        "state": "APREJOIN_STATE_DIR",
    }
    assert [name for name in words if words[name] not in told[name][1]] == []
    assert not any("admin token" in one.err for one in found.values())


def test_tokens_are_made_listed_and_revoked_without_an_inventory(stand: Stand):
    state = stand.folder / "alone"
    made = stand.run("token", "create", "itsm", "--role", "operator", "--json", state=state)
    assert made.code == 0
    listed = stand.run("token", "list", "--json", state=state).document["tokens"]
    assert [(one["name"], one["role"], one["revoked"]) for one in listed] == [
        ("itsm", "operator", None)
    ]
    assert made.document["token"]["clear"] not in json.dumps(listed)
    gone = stand.run("token", "revoke", listed[0]["id"], "--json", state=state)
    assert gone.document["token"]["revoked"] is not None
    assert stand.run("token", "revoke", "nobody", "--json", state=state).code == 2
    out = stand.run("token", "sign-out", "itsm", "--json", state=state)
    assert out.document == {"sign_out": {"name": "itsm", "sessions": 0}}
    never = ("token", "create", "x", "--role", "viewer", "--expires", "soon", "--json")
    assert "--expires" in stand.run(*never, state=state).document["error"]["detail"]
