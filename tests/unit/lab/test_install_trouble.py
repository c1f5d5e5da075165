"""Install operations that go wrong on demand: the box is never between two sets afterwards."""

import pytest

from service.lab.box.install_operation import Mischief
from service.lab.oper.install import install_oper
from tests.unit.lab.installing import APSP, NEXT, Installing

PATH, BASE = f"bootflash:{APSP}", f"bootflash:{NEXT}"


def added(name: str = APSP) -> Installing:
    bench = Installing(name)
    assert bench.done("install", path=f"bootflash:{name}") == "succ"
    return bench


def befalls(bench: Installing, kind: str, percent: int = 50, seconds: float = 30.0) -> None:
    bench.installer.mischief = Mischief(kind, percent, seconds)


@pytest.mark.parametrize("percent", [1, 50, 99])
def test_an_activation_that_fails_leaves_what_it_had_reached(percent):
    bench = added()
    befalls(bench, "op_fail", percent)
    assert bench.done("activate", path=PATH) == "fail: error-msg"
    assert bench.committed == "17.9.2"
    assert (bench.running != "17.9.2") is (percent > 80)


@pytest.mark.parametrize("percent", [1, 50, 99])
@pytest.mark.parametrize("name", [APSP, NEXT])
def test_one_that_reverts_is_back_on_what_is_committed(percent, name):
    bench = added(name)
    befalls(bench, "op_revert", percent)
    assert bench.done("activate", path=f"bootflash:{name}").startswith("fail-revert")
    assert (bench.running, bench.committed) == ("17.9.2", "17.9.2")
    assert bench.installer.timer.countdown is None
    (row,) = install_oper(bench.box, bench.box.advance())["install-oper-hist"][1:]
    assert row["op-done"] == "op-reverted"


def test_one_that_hangs_keeps_the_installer_busy_until_it_times_out():
    bench = added()
    befalls(bench, "op_hang", 60, 100.0)
    uuid = bench.ask("activate", path=PATH)
    bench.wait(90)
    assert bench.installer.now is not None
    assert bench.installer.now.percent == 60
    dropped = bench.ask("install-commit")
    bench.wait(20)
    assert bench.end_of(uuid).startswith("timeout")
    assert dropped not in {op.request.uuid for op in bench.installer.history}


def test_one_that_waits_for_a_person_goes_on_when_somebody_answers():
    bench = added()
    befalls(bench, "op_confirm")
    uuid = bench.ask("activate", path=PATH)
    bench.wait(1000)
    assert bench.running == "17.9.2"
    bench.installer.confirm(bench.box.advance(), proceed=True)
    bench.wait(20)
    assert bench.end_of(uuid) == "succ"


def test_and_is_cancelled_when_the_answer_is_no():
    bench = added()
    befalls(bench, "op_confirm")
    uuid = bench.ask("activate", path=PATH)
    bench.wait(10)
    bench.installer.confirm(bench.box.advance(), proceed=False)
    assert bench.end_of(uuid).startswith("sts-cancel")


def test_a_reload_that_comes_up_on_the_old_set_ends_the_activation_as_reverted():
    bench = added(NEXT)
    befalls(bench, "boot_old")
    assert bench.done("activate", path=BASE).startswith("fail-revert")
    assert bench.said("reload") == ["Image Install"]
    assert (bench.running, bench.committed) == ("17.9.2", "17.9.2")


def test_the_auto_abort_can_come_while_the_commit_is_under_way():
    bench = added()
    bench.done("activate", path=PATH, timer_min=60)
    uuid = bench.ask("install-commit")
    bench.wait(5)
    bench.installer.auto_abort(bench.box.advance())
    bench.wait(20)
    assert bench.end_of(uuid).startswith("fail")
    assert (bench.running, bench.committed) == ("17.9.2", "17.9.2")


def test_a_box_that_goes_down_in_an_activation_is_on_the_committed_set_afterwards():
    bench = added(NEXT)
    bench.ask("activate", path=BASE)
    bench.wait(5)
    bench.box.reload(bench.box.advance(), "power")
    bench.wait(50)
    assert (bench.running, bench.committed) == ("17.9.2", "17.9.2")
    assert bench.installer.now is None


def test_a_file_that_goes_while_it_is_added_ends_the_operation():
    bench = Installing(APSP)
    uuid = bench.ask("install", path=PATH)
    bench.wait(9)
    bench.box.flash.delete(APSP)
    bench.wait(5)
    assert bench.end_of(uuid) == "fail: inv-path-err"


def test_and_where_the_books_lag_behind_they_stay_as_they_were():
    bench = Installing(APSP, timings={"books_lag_s": 5})
    bench.ask("install", path=PATH)
    bench.wait(11)
    bench.box.flash.delete(APSP)
    bench.wait(5)
    assert APSP not in bench.box.software.known


def test_trouble_befalls_one_operation_alone():
    bench = added()
    befalls(bench, "op_fail")
    bench.done("activate", path=PATH)
    assert bench.done("activate", path=PATH) == "succ"
