"""From a line of syslog to a finding: real sockets, store, broker, workers and SSH.

The seconds that it took are printed, never asserted.
"""

import json
import re
import socket
import subprocess
import sys
import time

import pytest

from service.lab.aireos.snmp import ber
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.ports.requests import Kind
from service.settings import Settings
from service.supervise import POLLERS, supervised
from service.transcripts import traps
from tests.e2e.stand import COMMAND, QUICK, SHORT, box
from tests.integration.served import Caller, wait_for
from tests.integration.test_automation import Story
from tests.support.patience import PATIENCE_S
from tests.support.snmp_notifier import REPORTABLE, Notifier
from tests.unit.transcripts.test_traps import NAME_OF, sent

LINES = 2000
VIAS = ("syslog-udp", "syslog-tcp", "snmp")
LINE = (
    "<189>41: a-1: *Dec  1 2022 12:00:00.1 UTC: %CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: "
    "Chassis 1 R0/0: wncd: AP Event: AP Name: ap Mac: 0c75.bdb4.87e0 Disjoined"
)


JOINED = LINE.partition("UTC: ")[2].replace("Disjoined", "Joined")
ALWAYS_THERE = {"boot_s": 0.1, "download_s": 3600.0}
"""An access point that is never away between two turns of its loop: one look is enough."""
INVENTORY = """
controllers: [{name: a-1, platform: iosxe, host: 192.0.2.10, credentials: hq}]
credentials: {hq: {username: admin, password: "env:HQ"}}
event_senders: [127.0.0.1]
"""


@pytest.fixture
def lab(tmp_path):
    fleet = {
        "lab": {"timings": QUICK},
        "policy": {**SHORT, "on_finding": "plan"},
        "controllers": [box("a-1", timings=ALWAYS_THERE), box("a-2")],
    }
    with Lab(from_mapping(fleet), state_dir=tmp_path / "lab") as running:
        yield running


@pytest.fixture
def settings(tmp_path, lab, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(lab.inventory_path))
    text = lab.inventory_path.read_text()
    (password,) = re.findall(r"password: (file:\S+)", text)
    user = f"username: admin, snmp_user: noc, snmp_auth: {password}, snmp_priv: {password}"
    lab.inventory_path.write_text(
        re.sub(
            r"    username: admin\n    password: .*\n",
            f"    {{{user}, password: {password}}}\n",
            text,
        )
    )
    return Settings.from_environment()


class Listening:
    """A command that listens, as a process."""

    def __init__(self, folder, command, *options):
        self.out, self.err = folder / "listen.out", folder / "listen.err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            words = [COMMAND, command, "--json", *options]
            self.process = subprocess.Popen(words, stdout=out, stderr=err)
        try:
            wait_for(lambda: self.out.read_text().endswith("\n"), PATIENCE_S, self.err.read_text)
        except BaseException:
            self.kill()
            raise
        self.told = json.loads(self.out.read_text())[command]
        self.places = self.told.get("listen", self.told)

    def place(self, via):
        host, _, port = self.places[via][0].rpartition(":")
        return host, int(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, self.err.read_text()
        return self.err.read_text()


def test_lines_about_one_controller_have_it_polled_and_survive_kill_9(settings, lab, tmp_path):
    anywhere = [word for via in VIAS for word in (f"--{via}", "127.0.0.1:0")]
    with (
        supervised(settings, crews=(POLLERS,)) as children,
        Listening(tmp_path, "listen", *anywhere) as listening,
    ):
        story = Story(settings, children)
        began = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(LINE.encode(), listening.place("syslog-udp"))
        (look,) = story.until(lambda store: store.looks())
        sys.stderr.write(f"event to finding: {time.monotonic() - began:.1f} s\n")
        issues = [one["issue"] for one in look.document["findings"]]
        assert (look.controller, issues) == ("a-1", ["FN72524"])
        assert story(lambda store: store.events(limit=1))[0].sweep == look.sweep
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(PATIENCE_S)
            inform = sent((NAME_OF, ber.octets("a-1")), kind=traps.INFORM)
            sender.sendto(inform, listening.place("snmp"))
            assert sender.recv(2000) == traps.read(inform).reply
            (told,) = story(lambda store: store.events(limit=9, via="snmp"))
            assert (told.controller, told.sense) == ("a-1", "ap-left")
            phrase = (lab.inventory_path.parent / "password").read_text()
            proven = Notifier(engine=b"", boots=0, seconds=0, phrase=phrase, about="a-1")
            ask = proven.message(traps.INFORM, flags=REPORTABLE)
            sender.sendto(ask, listening.place("snmp"))
            engine, proven.boots, proven.seconds, *_ = proven.opened(sender.recv(2000))
            proven.learn(engine)
            sender.sendto(proven.message(traps.INFORM), listening.place("snmp"))
            assert proven.opened(sender.recv(2000))[0] == engine
            (told,) = story(lambda store: store.events(limit=9, via="snmp"))
            assert (told.controller, told.count) == ("a-1", 2), "kept before it is acknowledged"
        with socket.create_connection(listening.place("syslog-tcp")) as sender:
            for number in range(LINES):
                sender.sendall(LINE.replace("87e0", f"{number % 50:04x}").encode() + b"\n")
            sender.sendall(b"\x00garbage\n")
            heard = story.until(whole)
        listening.kill()
        assert {one.controller for one in heard} == {"a-1"}
        assert len(heard) < LINES / 10, "what is the same is one event with a count"
        assert not story(lambda store: [one for one in heard if not is_answered(store, one)])
        assert story(lambda store: store.sweeps(limit=99))[-1].id == look.sweep
        assert len(story(lambda store: store.sweeps(limit=99))) < 10


def is_answered(store, event):
    """Whether the look that an event calls for was made, or is due though the listener is gone."""
    asked = store.sweep_asked(event.sweep)
    return asked.state == "finished" or store.due_of(Kind.SWEEP, asked.id) is not None


def whole(store):
    """Everything that was sent, once all of it is kept."""
    heard = store.events(limit=200)
    return heard if sum(one.count for one in heard) == LINES + 3 else ()


def test_the_whole_service_hears_beside_and_tells_what_it_heard(tmp_path, monkeypatch):
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(inventory))
    words = ("--api-only", "--port", "0", "--listen", "127.0.0.1:0")
    with Listening(tmp_path, "serve", *words) as listening:
        shown = [line for line in listening.err.read_text().splitlines() if "admin token" in line]
        root = Caller(listening.told["address"], shown[0].split()[-1])
        with socket.create_connection(listening.place("syslog-tcp")) as sender:
            sender.sendall(f"{LINE}\n\0\1garbage\n<13>Feb  5 17:32:18 hq-9 {JOINED}\n".encode())
        (told,) = wait_for(lambda: root.get("/api/v1/events")["events"], PATIENCE_S, "no event")
        assert (told["controller"], told["sense"], told["via"]) == ("a-1", "ap-left", "syslog-tcp")
        assert root.get(f"/api/v1/events/{told['id']}")["event"]["look"]["state"] == "queued"
        said = listening.end()
        assert "heard: 1 kept, 3 lines, 1 unparsable, 1 untied" in said
