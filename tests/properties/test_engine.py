"""Whatever goes wrong, together and in any order: section 6 of the design holds."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import DeviceBusy, DeviceUnreachable, ReplyMalformed
from tests.support.builders import THEIRS
from tests.support.fake_driver import Killed, Trap
from tests.support.promises import broken
from tests.support.stage import Stage, ap

NEVER = 10_000
FATES = st.sampled_from(["busy", "refused", "unsent", "lost-before", "lost-after", "late"])
CHANGES = st.dictionaries(st.integers(0, 25), FATES, max_size=6)
READS = st.dictionaries(
    st.integers(1, 80),
    st.sampled_from([DeviceBusy, DeviceUnreachable, ReplyMalformed]),
    max_size=6,
)
APS = st.lists(
    st.builds(
        lambda slow, reset, hopeless: {
            "download_s": slow,
            "needs_reset": reset,
            "hopeless": hopeless,
        },
        st.sampled_from([20.0, 60.0, 400.0]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)
KILLS = st.lists(
    st.tuples(st.integers(0, 200), st.booleans(), st.sampled_from([0.0, 5.0, 60.0, 700.0])),
    max_size=3,
)


def carried_out(stage: Stage, kills) -> None:
    """Remediate, and restore as often as somebody kills."""
    for number, (at, in_flight, after_s) in enumerate([*kills, (NEVER, False, 0.0)]):
        process = stage.process(trap=Trap(at, in_flight))
        try:
            closed = stage.restore(process) if number else stage.remediate(process)
        except Killed:
            stage.kill(process)
            stage.settle(after_s)
            continue
        stage.settle()
        assert broken(stage, closed, loud=True) == []
        assert abs(stage.box.offset_s) < 2
        return


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES, READS, APS, KILLS, st.sampled_from([0.1, 1.0, 3.0]))
def test_faults_and_kills_together_leave_nothing_behind(changes, reads, aps, kills, cli_s):
    stage = Stage(aps=[ap(number, **fields) for number, fields in enumerate(aps)])
    stage.box.quirks.cli_s = cli_s
    stage.line.changes.update(changes)
    stage.line.reads.update({number + 1: error for number, error in reads.items()})
    stage.line.reads.pop(0, None)
    carried_out(stage, kills)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 60), st.integers(0, 120), st.sampled_from([0.0, 60.0, 700.0]), CHANGES)
def test_a_foreign_server_and_a_kill_together_lose_neither_theirs_nor_ours(
    edit_at, kill_at, after_s, changes
):
    stage = Stage()
    edited: list[bool] = []

    def on_read(number: int) -> None:
        if number == edit_at:
            stage.box.set_ntp((*stage.box.ntp.entries, THEIRS))
            edited.append(True)

    stage.line.on_read = on_read
    stage.line.changes.update(changes)
    process = stage.process(trap=Trap(kill_at))
    try:
        closed = stage.remediate(process)
    except Killed:
        stage.kill(process)
        stage.settle(after_s)
        closed = stage.restore()
    stage.settle()
    assert (THEIRS in stage.box.ntp.entries) is bool(edited)
    assert abs(stage.box.offset_s) < 2
    assert stage.box.saved_dirty == 0
    if closed is not None and closed.state == "needs-attention":
        assert closed.left
        assert closed.mend
    else:
        ours = {entry.host for entry in stage.box.ntp.entries}
        assert {"192.0.2.1", "192.0.2.2", "192.0.2.9"} <= ours
        assert stage.box.ours == set()
