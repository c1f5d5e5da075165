"""The real worker application with a runtime that writes down what it was asked to do.

Run as a child process by the tests of the embedded broker. The folder of the notes comes by the
environment. A controller named `slow-...` holds its first poll until it is killed or released.
"""

import os
import threading
from contextlib import contextmanager
from pathlib import Path

from service.errors import AuthenticationRefused, DeviceBusy
from service.settings import Settings
from workers.app import worker_app
from workers.tasks import register

FOLDER = "APREJOIN_TEST_NOTES"
HELD_S = 60


class Echo:
    """A runtime whose use cases append one line to one file each."""

    def __init__(self, folder: Path):
        self.folder = folder

    def poll(self, controller_name, sweep_id):
        first = not (self.folder / f"{controller_name}.begun").exists()
        self.note(f"{controller_name}.begun", str(os.getpid()))
        if first and controller_name.startswith("slow-"):
            threading.Event().wait(HELD_S)
        if first and controller_name.startswith("busy-"):
            raise DeviceBusy(controller_name, "read", "out of sessions")
        if controller_name.startswith("locked-"):
            raise AuthenticationRefused(controller_name, "login", "password refused")
        self.note("polled", f"{controller_name} {sweep_id}")

    def sweep(self, sweep_id):
        self.note("swept", sweep_id)

    def campaign(self, campaign_id):
        self.note("campaigned", campaign_id)

    def plan(self, plan_id):
        self.note("planned", plan_id)

    def advance(self, remediation_id):
        self.note("advanced", f"{remediation_id} {os.getpid()}")

    def nudge(self):
        self.note("nudged", "-")

    def correlation_of(self, _job):
        return None

    def count_failed(self, job, outcome):
        self.note("failed", f"{job} {outcome}")

    def sang(self, lane):
        self.note("sang", lane)

    def note(self, name, line):
        with (self.folder / name).open("a") as file:
            file.write(f"{line}\n")


@contextmanager
def open_echo():
    yield Echo(Path(os.environ[FOLDER]))


app = worker_app(Settings.from_environment())
register(app, open_echo)
