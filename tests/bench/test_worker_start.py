"""What a worker and a command load before their first work, beside bare libraries: CPU of each.

Whether it starts in 2 s hangs on the machine; what it has to load does not. Which modules that is
says `tests/unit/workers/test_what_is_loaded.py`.
"""

import os
import resource
import subprocess
import sys

from tests.support.facts import ROOT

BARE = "import celery, redis, sqlalchemy, paramiko, lxml.etree, pydantic; celery.Celery().tasks"
POLLER = "import workers.app; workers.app._get_ready()"
MENDER = f"{POLLER}; workers.app._load_before_forks()"
OVERVIEW = "import service.cli.main as m; m.main(['--help'], standalone_mode=False)"
SWEEP = "import service.cli.main as m; m.main(['sweep', '--help'], standalone_mode=False)"
TURNS = 3
INVENTORY = """
controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.1, credentials: hq, restconf: {insecure: true}}
credentials: {hq: {username: admin, password: "env:HQ"}}
"""


def cpu_s(code: str, inventory: str) -> float:
    """CPU seconds of a process that runs this code, its imports compiled before; the cheapest."""

    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "APREJOIN_INVENTORY": inventory},
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime

    return min(run() for _ in range(TURNS + 1))


def test_what_starting_takes(figures, tmp_path):
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    bare = cpu_s(BARE, str(path))
    figures("the libraries of a worker alone, CPU", seconds=bare)
    for what, code in (
        ("a worker ready for its first poll, CPU", POLLER),
        ("one ready to change controllers, CPU", MENDER),
        ("aprejoin --help, CPU", OVERVIEW),
        ("aprejoin sweep --help, CPU", SWEEP),
    ):
        found = cpu_s(code, str(path))
        figures(what, seconds=found, ratio=found / bare)
