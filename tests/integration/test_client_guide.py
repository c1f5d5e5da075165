"""docs/client.md: its Python and its curl are run as they stand, against an API on loopback."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from service.ports.jobs import AdvanceRemediation, MakePlan, SweepFleet
from service.usecases.show import show_remediation
from tests.support.api_service import crew_service
from tests.support.served_api import served
from workers.runtime import FleetRuntime

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "client.md").read_text()


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


def test_the_playbook_of_the_guide_calls_what_there_is():
    (play,) = yaml.safe_load(block("yaml"))
    urls = [task["ansible.builtin.uri"]["url"] for task in play["tasks"]]
    assert [url.removeprefix("{{ api }}/").split("/")[0] for url in urls] == [
        "plans",
        "plans",
        "remediations",
    ]
