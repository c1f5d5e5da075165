"""The inventory of processes that run on, while somebody edits the file."""

import pytest
from structlog.testing import capture_logs

from service.config.latest_inventory import LatestInventory
from service.errors import InvalidInput

GOOD = """
controllers: [{name: hq-1, platform: iosxe, host: wlc, credentials: hq}]
credentials: {hq: {username: admin, password: "env:HQ"}}
"""
MORE = GOOD.replace("controllers: [", "controllers: [{name: hq-2, platform: toaster}, ")
TORN = "controllers: [{name: hq-1"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "inventory.yaml"


def test_what_was_last_good_counts_while_the_file_is_torn_or_gone_and_it_is_said_once(file):
    latest = LatestInventory(file)
    file.write_text(GOOD)
    good = latest()
    with capture_logs() as said:
        file.write_text(TORN)
        assert [latest(), latest()] == [good, good]
        file.unlink()
        assert latest() == good
        file.write_text(GOOD)
        assert latest() == good
    assert [one["event"] for one in said] == ["inventory.bad"] * 2 + ["inventory.good-again"]


def test_a_changed_file_counts_at_once_without_its_bad_entries(file):
    latest = LatestInventory(file)
    file.write_text(GOOD)
    assert latest().names == ("hq-1",)
    file.write_text(MORE.replace("hq-1", "hq-3"))
    assert latest().names == ("hq-3",)
    assert list(latest().rejected) == ["hq-2"]


def test_a_file_that_was_never_good_is_refused_until_it_is(file):
    latest = LatestInventory(file)
    file.write_text(TORN)
    with pytest.raises(InvalidInput):
        latest()
    file.write_text(GOOD)
    assert latest().names == ("hq-1",)


def test_without_a_file_there_are_no_controllers():
    assert LatestInventory(None)().controllers == ()
