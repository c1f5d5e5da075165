"""A whole remediation against a controller in memory."""

from tests.support.stage import Stage


def test_a_window_brings_the_aps_back_and_leaves_nothing_behind():
    stage = Stage()
    closed = stage.remediate()
    assert (closed.state, closed.recovered, closed.remaining) == ("succeeded", 2, 0)
    assert stage.box.differences() == []
    assert stage.box.false_s > 0
    assert stage.box.saved_dirty == 0
