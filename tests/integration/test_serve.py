"""`aprejoin serve` as operators and orchestrators meet it: one command, then HTTP alone.

The boxes of one lab, and four services beside each other: one is used, one loses its workers, one
is stopped, and one is killed.
"""

import json
import os
import signal
import socket
import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.bootstrap import open_context
from service.domain.webhooks import signature_of
from service.errors import StoreError
from service.settings import Settings
from service.supervise import POLLERS
from tests.e2e.stand import Finished, Stand, box, standing, together
from tests.integration.served import (
    LONG_AGO_S,
    V1,
    Caller,
    Served,
    Service,
    command_of,
    descendants,
    wait_for,
)
from tests.support.patience import PATIENCE_S
from tests.support.receiver import BROKEN, OK, Receiver, receiving

SLOW_APS = {"boot_s": 3.0, "download_s": 6.0}  # the window stays open for a while
SLOW = [{"kind": "looping", "timings": SLOW_APS}]
LONG = [*SLOW, {"kind": "straggler", "timings": SLOW_APS}]  # it waits for its one reboot
BOXES = (
    box("story"),
    box("child", "17.12.1", aps=SLOW),
    box("main", "17.6.4", aps=SLOW),
    box("term", aps=LONG),
    box("parent", "17.3.6", aps=LONG),
)
POLICY = {"dead_man_after_s": 300, "poll_every_s": 2, "reboot_stragglers_after_s": 20}
HOLES, SWEEPS_AT_A_TIME = 40, 32
"""Twice as many sweeps as the poll worker has threads: the lane is full, and more wait."""
CLOCK_S = 5.0
IN_A_JOB_S = 0.001
"""A job has its controller's lease for a few hundredths of a second."""
REMEDIATION = ("queued", "step", "ended")
WEBHOOKS = {
    "APREJOIN_SECRETS_KEY": "env:KEY_OF_THE_TEST",
    "KEY_OF_THE_TEST": "k" * 44,
    "APREJOIN_WEBHOOK_NETWORKS": "127.0.0.0/8",
}


@dataclass
class Told:
    """What became of one box."""

    ended: Any = None
    journal: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def told(service: Service, where: str, **more: Any) -> Told:
    """The end of a remediation, as HTTP tells it."""
    ended = service.until_ended(where)
    lines = service.ann.get(f"{where}/report")["journal"]
    return Told(ended, "\n".join(line["what"] for line in lines), more)


# -- one is used -------------------------------------------------------------------------------


def with_holes(stand: Stand, opened: ExitStack) -> Path:
    """The inventory, with controllers that take the call and never say a word; and a bad entry."""
    document = yaml.safe_load(stand.inventory.read_text())
    like = document["controllers"][0]
    for number in range(HOLES):
        hole = opened.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        netconf = {**like["netconf"], "port": hole.getsockname()[1]}
        document["controllers"].append({**like, "name": f"hole-{number}", "netconf": netconf})
    document["controllers"].append({"name": "broken", "platform": "toaster"})
    path = stand.inventory.with_name("with-holes.yaml")
    path.write_text(yaml.safe_dump(document))
    return path


class Flood(threading.Thread):
    """Keeps the poll lane full of sweeps that get no answer."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self._caller, self._enough = caller, threading.Event()
        self.seen: list[int] = []

    def run(self) -> None:
        asked = 0
        while not self._enough.is_set():
            sweeps = self._caller.get(f"{V1}/sweeps?limit=200")["sweeps"]
            under_way = sum(one["state"] in ("queued", "running") for one in sweeps)
            if asked:
                self.seen.append(under_way)
            for _ in range(SWEEPS_AT_A_TIME - under_way):
                names = [f"hole-{(asked + n) % HOLES}" for n in range(3)]
                self._caller.post(f"{V1}/sweeps", {"names": names})
                asked += 1
            self._enough.wait(1.0)

    def end(self) -> None:
        self._enough.set()
        self.join()


def used(stand: Stand) -> Told:
    with ExitStack() as opened:
        inventory = with_holes(stand, opened)
        service = Service(stand, "used", inventory)
        served = service.start()
        receiver = opened.enter_context(receiving(answers=[BROKEN, OK]))
        hook = Caller(served.address, served.admin or "").post(f"{V1}/webhooks", hooked(receiver))
        service.learn("story")
        digest = service.plan("story")
        flood = Flood(service.ann)
        flood.start()
        opened.callback(flood.end)
        where = service.ann.post(f"{V1}/remediations", {"plan_digest": digest}).headers["Location"]
        before = wait_for(lambda: waiting(service, where), PATIENCE_S, lambda: service.look(where))
        early = service.ann.ask("POST", f"{where}/approve").json()
        own = Caller(served.address, served.admin or "").get(f"{V1}/controllers")
        service.bob.approve(where)
        service.until_in_window("story", where)
        good = inventory.read_text()
        inventory.write_text(good[: len(good) // 2] + "\n: [")  # somebody saved half of an edit
        result = told(service, where, before=before, early=early, flood=flood, listed=own)
        wait_for(lambda: heard(receiver)[-1:] == ["remediation.ended"], PATIENCE_S, receiver)
        result.more |= {"hook": hook.json(), "calls": receiver.calls}
        flood.end()
        inventory.write_text(good)
        result.more["plan"] = service.ann.get(f"{V1}/plans/{digest}")
        result.more["second"] = second_service(service)
        result.more["finished"] = end(served)
        return result


def hooked(receiver: Receiver) -> dict[str, Any]:
    """What a receiver wants: all of the story's box, and nothing of controllers without answer."""
    kinds = ["finding.opened", "plan.ready", *[f"remediation.{one}" for one in REMEDIATION]]
    return {"name": "noc", "url": receiver.url, "events": kinds}


def heard(receiver: Receiver) -> list[str]:
    """The types of what it was told, each delivery once."""
    bodies = [json.loads(call.body) for call in receiver.calls]
    return list({one["delivery"]: one["type"] for one in bodies}.values())


def waiting(service: Service, where: str) -> Any:
    """The remediation, once a worker looked at it and found nobody's word."""
    found = service.look(where)
    return found if "needs the word" in found["detail"] else None


def second_service(service: Service) -> Finished:
    return service.stand.run(
        "serve", "--port", "0", "--json", inventory=service.inventory, state=service.state
    )


# -- one loses its workers ---------------------------------------------------------------------


def robbed(stand: Stand) -> dict[str, Told]:
    service = Service(stand, "robbed")
    served = service.start()
    service.learn("child", "main")
    places = {name: service.remediate(name) for name in ("child", "main")}
    for name, where in places.items():
        service.until_in_window(name, where)
        victim = holder_at_work(service, name)
        if name == "main":
            os.kill(parent_of(victim, served), signal.SIGKILL)
        os.kill(victim, signal.SIGKILL)
    found = {name: told(service, where) for name, where in places.items()}
    served.tree()
    served.running.kill()
    served.until_gone()
    return found


def holder_at_work(service: Service, name: str) -> int:
    """The pool process that works on a controller in its window, stopped in the middle of it."""
    settings = Settings.from_environment({"APREJOIN_STATE_DIR": str(service.state)})
    with open_context(settings, None) as context:
        store = context.store

        def stopped() -> int | None:
            lease = store.lease_of(name)
            if lease is None or service.stand.box(name).clock_offset_s > LONG_AGO_S:
                return None
            os.kill(lease.holder.pid, signal.SIGSTOP)
            try:
                if store.lease_of(name) is not None:
                    return lease.holder.pid
            except StoreError:  # it was stopped with the database in its hand
                return lease.holder.pid
            os.kill(lease.holder.pid, signal.SIGCONT)
            return None

        told = partial(store.lease_of, name)
        return wait_for(stopped, PATIENCE_S, told, every_s=IN_A_JOB_S) or 0


def parent_of(pid: int, served: Served) -> int:
    """The worker's main process, which has that pool process."""
    for one in descendants(served.pid):
        if pid in descendants(one) and "celery" in command_of(one):
            return one
    raise AssertionError(f"{pid} is not in the tree")


# -- one is stopped, and one killed ------------------------------------------------------------


def stopped(stand: Stand) -> Told:
    service = Service(stand, "stopped")
    first = service.start()
    service.learn("term")
    where = service.remediate("term")
    service.until_in_window("term", where)
    first.tree()
    worker = holder_at_work(service, "term")  # the stop comes in the middle of a job
    first.running.signal(signal.SIGTERM)
    first.running.until("SIGTERM: stopping")
    os.kill(worker, signal.SIGCONT)
    finished = first.running.finish()
    first.until_gone()
    in_window = stand.box("term").clock_offset_s < LONG_AGO_S
    second = service.start()
    found = told(service, where, finished=finished, in_window=in_window)
    end(second)
    return found


def killed(stand: Stand) -> Told:
    service = Service(stand, "killed")
    first = service.start()
    service.learn("parent")
    where = service.remediate("parent")
    service.until_in_window("parent", where)
    first.tree()
    worker = holder_at_work(service, "parent")  # the kill comes in the middle of a job
    first.running.kill()
    os.kill(worker, signal.SIGCONT)
    first.until_gone()
    second = service.start()
    found = told(service, where, token=second.admin)
    end(second)
    return found


def end(served: Served) -> Finished:
    """Stop it; nothing of it runs afterwards."""
    served.tree()
    served.running.signal(signal.SIGTERM)
    finished = served.running.finish()
    served.until_gone()
    return finished


# -- what they came to -------------------------------------------------------------------------


GROUPS = {
    "story": "used",
    "child": "robbed",
    "main": "robbed",
    "term": "stopped",
    "parent": "killed",
}


@dataclass
class Outcome:
    """Everything that happened, and what is left on the boxes."""

    told: dict[str, Any]
    left: dict[str, list[str]]
    offset_s: dict[str, float]
    logs: dict[str, Path]

    def of(self, name: str) -> Told:
        found = self.told[GROUPS[name]]
        if isinstance(found, AssertionError):
            raise found
        return found if isinstance(found, Told) else found[name]

    def assert_clean(self, name: str) -> None:
        assert self.left[name] == []
        assert abs(self.offset_s[name]) < CLOCK_S


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with standing(tmp_path_factory.mktemp("serve"), *BOXES, policy=POLICY) as stand:
        stand.settings |= WEBHOOKS
        found = together(
            {
                "used": lambda: used(stand),
                "robbed": lambda: robbed(stand),
                "stopped": lambda: stopped(stand),
                "killed": lambda: killed(stand),
            }
        )
        names = [one["name"] for one in BOXES]
        return Outcome(
            found,
            {name: stand.left_behind(name) for name in names},
            {name: stand.box(name).clock_offset_s for name in names},
            {name: stand.folder / f"state-{name}" / "logs" for name in found},
        )


def test_an_orchestrator_mends_a_controller_by_http_alone(outcome):
    story = outcome.of("story")
    assert story.more["before"]["state"] == "awaiting-approval"
    assert story.more["plan"]["approvals"][0]["approver"] == "bob"
    assert (story.ended["state"], story.ended["approved_by"]) == ("succeeded", "bob")
    assert story.ended["aps"] == {"recovered": 1, "remaining": 0}
    assert story.journal.splitlines()[0].startswith("opened: clock-window for FN72524")
    outcome.assert_clean("story")


def test_a_receiver_hears_the_whole_story_signed_and_again_where_it_failed(outcome):
    """Also while controllers without answer fill the lane."""
    story = outcome.of("story")
    secret, calls = story.more["hook"]["secret"], story.more["calls"]
    for call in calls:
        stamp = int(call.headers["aprejoin-timestamp"])
        assert call.headers["aprejoin-signature"] == signature_of(secret, stamp, call.body)
    first = calls[0]
    again = [one for one in calls[1:] if one.body == first.body]
    assert len(again) == 1, "the receiver failed once"
    told = {one["event"]: one for one in (json.loads(call.body) for call in calls)}
    of_story = [one["type"] for one in told.values() if one["controller"] == "story"]
    assert set(of_story) >= {"plan.ready", "remediation.queued", "remediation.step"}
    assert of_story[-1] == "remediation.ended"
    (ended,) = [one for one in told.values() if one["type"] == "remediation.ended"]
    assert ended["data"]["remediation"]["state"] == story.ended["state"] == "succeeded"


def test_who_asks_may_not_approve(outcome):
    early = outcome.of("story").more["early"]
    assert early["type"] == "urn:aprejoin:problem:role-needed"


def test_a_remediation_goes_on_while_sweeps_without_answer_fill_their_lane(outcome):
    story = outcome.of("story")
    assert story.ended["state"] == "succeeded"
    seen = story.more["flood"].seen
    assert sum(under_way >= POLLERS.concurrency for under_way in seen) > len(seen) / 2


def test_an_inventory_that_is_torn_in_the_window_holds_nothing_up(outcome):
    story = outcome.of("story")
    assert story.ended["state"] == "succeeded"
    log = (outcome.logs["used"] / "worker-remediate.log").read_text()
    assert "inventory.bad" in log
    assert "job.failed" not in log


def test_a_bad_entry_of_the_inventory_is_left_out_and_shown(outcome):
    story = outcome.of("story")
    (left_out,) = story.more["listed"]["left_out"]
    assert left_out["name"] == "broken"
    assert "left out: broken" in story.more["finished"].err


def test_a_second_service_on_a_state_folder_is_refused_by_name(outcome):
    second = outcome.of("story").more["second"]
    assert second.code == 1
    assert second.document["error"]["type"] == "Refused"
    assert "serves this state folder already" in second.document["error"]["detail"]


@pytest.mark.parametrize("name", ["child", "main"])
def test_a_remediation_whose_worker_was_killed_in_the_window_comes_home(outcome, name):
    killed = outcome.of(name)
    assert "the worker that carried it died" in killed.journal
    assert killed.ended["state"] in ("succeeded", "rolled-back")
    assert (killed.ended["state"] == "succeeded") == (killed.ended["aps"]["remaining"] == 0)
    outcome.assert_clean(name)


def test_a_service_that_is_stopped_in_a_window_lets_go_and_goes_on_forward(outcome):
    term = outcome.of("term")
    finished = term.more["finished"]
    assert finished.code == 0
    assert "workers go on with it when they are back" in finished.err
    assert term.more["in_window"]
    assert term.ended["state"] == "succeeded", term.journal
    assert "died" not in term.journal
    outcome.assert_clean("term")


def test_a_service_that_is_killed_in_a_window_leaves_no_process_and_is_recovered(outcome):
    parent = outcome.of("parent")
    assert parent.ended["state"] in ("succeeded", "rolled-back")
    assert parent.more["token"] is None
    outcome.assert_clean("parent")
