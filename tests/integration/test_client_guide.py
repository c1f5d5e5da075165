"""docs/client.md and docs/events.md: Python, curl and the signed call are run as they stand.

Against an API on loopback.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from service.ports.jobs import AdvanceRemediation, MakePlan, SweepFleet
from service.usecases.show import show_remediation
from tests.support.api_service import crew_service
from tests.support.guides import of
from tests.support.served_api import served
from workers.runtime import FleetRuntime

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "client.md").read_text()
EVENT_KEY = "a-key-of-the-noc-0123456789"


def block(language: str) -> str:
    """The guide's only block in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return found


class AtOnce:
    """The jobs port: what is asked for is done before the answer goes out."""

    def __init__(self, service):
        self.service, self.runtime = (
            service,
            FleetRuntime(service.worker.context, service.api.queue),
        )

    def enqueue(self, job):
        match job:
            case SweepFleet(sweep):
                self.runtime.sweep(sweep)
            case MakePlan(plan):
                self.runtime.plan(plan)
            case AdvanceRemediation(item):
                state = show_remediation(self.service.worker.context, item)["state"]
                if state != "awaiting-approval":
                    self.service.crew.until_over(self.service.worker, item)


@pytest.fixture
def environ(tmp_path):
    """What the guide's examples find in their environment."""
    with crew_service(tmp_path) as service:
        service.api.queue = AtOnce(service)
        service.api.set_front(service.api.context)
        with served(service.api.app) as address:
            yield {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "APREJOIN_ADDRESS": address,
                "OPERATOR": service.api.clear["ann"],
                "APPROVER": service.api.clear["bob"],
            }


class Keys:
    """Secrets behind references."""

    def resolve(self, reference):
        assert reference == "env:NOC_EVENT_KEY"
        return EVENT_KEY


@pytest.fixture
def signing(tmp_path):
    """A service whose inventory has the event key of the guide, and what its caller has."""
    with crew_service(tmp_path) as service:
        front = service.api.app.state.front
        fleet = replace(service.api.context.inventory, event_keys={"noc": "env:NOC_EVENT_KEY"})
        service.api.app.state.front = replace(front, inventory=lambda: fleet, secrets=Keys())
        body = json.dumps({"events": [{"controller": "hq-1", "text": "access points left"}]})
        at = int(service.api.context.clock.now().wall.timestamp())
        (tmp_path / "bin").mkdir()
        date = tmp_path / "bin" / "date"  # it is another day in this service
        date.write_text(f"#!/bin/sh\necho {at}\n")
        date.chmod(0o755)
        path = f"{date.parent}:{os.environ['PATH']}"
        given = {"PATH": path, "NOC_EVENT_KEY": EVENT_KEY, "body": body}
        with served(service.api.app) as address:
            yield service, {**given, "service": address}


def run(command, environ):
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_python_of_the_guide_mends_a_controller(environ):
    said = run([sys.executable, "-c", block("python")], environ)
    assert said[0].startswith("FN72524 probable")
    assert "role-needed" in said
    assert any(line.startswith("entry opened: clock-window") for line in said)
    assert "end succeeded" in said
    assert said[-1].startswith("succeeded {'recovered'")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_curl_of_the_guide_mends_a_controller(environ):
    said = run(["bash", "-euo", "pipefail", "-c", block("bash")], environ)
    assert said == ["succeeded"]


@pytest.mark.skipif(
    None in (shutil.which("curl"), shutil.which("openssl")), reason="there is no curl or openssl"
)
def test_the_signed_call_of_the_guide_of_events_is_heard(signing):
    service, environ = signing
    (block,) = [one for one in of("sh") if one.place.startswith("docs/events.md")]
    (said,) = run(["bash", "-euo", "pipefail", "-c", block.text], environ)
    assert json.loads(said)["state"] == "heard"
    (told,) = service.vera.get("/api/v1/events").json()["events"]
    assert (told["controller"], told["source"]) == ("hq-1", "key noc")


def test_the_playbook_of_the_guide_calls_what_there_is():
    (play,) = yaml.safe_load(block("yaml"))
    urls = [task["ansible.builtin.uri"]["url"] for task in play["tasks"]]
    assert [url.removeprefix("{{ api }}/").split("/")[0] for url in urls] == [
        "plans",
        "plans",
        "remediations",
    ]
