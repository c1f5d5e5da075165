"""A process loads what it needs: half of all modules is for plans and changes, more for faces."""

import json
import subprocess
import sys

import pytest

from tests.support.facts import ROOT

MAKES_PLANS = (
    "service.domain.planning",
    "service.domain.steps.remove_ntp",
    "service.usecases.plan",
)
CHANGES = ("service.domain.advancing", "service.usecases.advance", "service.usecases.carry")
FACES = ("service.api", "service.web", "service.cli", "service.lab", "fastapi", "uvicorn", "jinja2")
AIREOS = ("service.drivers.aireos", "service.drivers.links.snmp")
LATER = (
    "service.domain.journal_words",
    "service.drivers.placed_pushes",
    "service.usecases.follow_up",
    "pyang",
)
"""What is said of changes, opened for subscriptions, done after a sweep, and `yang check`'s."""
WORKER = "import workers.app; workers.app._get_ready()"
INVENTORY = """
controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.1, credentials: hq, netconf: {insecure: true}}
credentials: {hq: {username: admin, password: "env:HQ"}}
"""


def loaded(code, tmp_path):
    """Every module of a process that ran this, in an environment of its own."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    env = {
        "APREJOIN_INVENTORY": str(tmp_path / "inventory.yaml"),
        "APREJOIN_STATE_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
    }
    told = "import json, sys; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{code}; {told}"],
        capture_output=True,
        check=True,
        env=env,
        cwd=tmp_path,
    )
    return frozenset(json.loads(found.stderr))


def of(packages, modules):
    """Those of some packages."""
    inside = tuple(f"{one}." for one in packages)
    return sorted(one for one in modules if one in packages or one.startswith(inside))


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """What a worker has loaded that is ready for its first poll, on a fleet without AireOS."""
    return loaded(WORKER, tmp_path_factory.mktemp("worker"))


@pytest.mark.parametrize("others", [MAKES_PLANS, CHANGES, FACES, AIREOS, LATER])
def test_a_worker_that_polls_does_not_load_what_others_need(worker, others):
    assert of(others, worker) == []


def test_a_worker_has_loaded_what_its_first_poll_needs(worker):
    assert worker >= {"service.usecases.poll", "service.drivers.iosxe.reading", "sqlalchemy"}


def test_a_worker_seldom_looks_through_what_it_has_loaded(tmp_path):
    lots = "import gc; assert gc.get_freeze_count() and gc.get_threshold()[0] > 700"
    assert loaded(f"{WORKER}; {lots}", tmp_path)


def test_a_worker_loads_what_changes_need_before_its_pool_forks(tmp_path):
    before = loaded(f"{WORKER}; workers.app._load_before_forks()", tmp_path)
    assert before >= {"service.usecases.advance", "service.domain.strategies.clock_window"}
    assert of(FACES, before) == []


def test_the_overview_of_commands_loads_none_of_them(tmp_path):
    overview = "import service.cli.main as m; m.main(['--help'], standalone_mode=False)"
    assert of(
        ("service", "sqlalchemy", "pydantic", "celery", "rich"), loaded(overview, tmp_path)
    ) == [
        "service",
        "service.cli",
        "service.cli.main",
        "service.uncollected",
    ]


def test_a_sweep_at_a_terminal_loads_no_broker_no_driver_and_no_plans(tmp_path):
    found = loaded("import service.cli.sweep", tmp_path)
    assert of((*MAKES_PLANS, *CHANGES), found) == []
    assert of(("celery", "redis", "paramiko", "requests", "service.lab"), found) == []
