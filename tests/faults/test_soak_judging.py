"""The judge of the soak: it finds what must never be, and lets others have what is theirs."""

from dataclasses import replace

import pytest

from service.domain.journal import Closed
from tests.soak.judging import Memory, violations
from tests.soak.trouble import THEIRS
from tests.support.worker_stand import Ending

WELL = Ending(Closed("succeeded", "", 1, 0), [], 0.1, None, None)
LOUD = replace(
    WELL, closed=Closed("needs-attention", "", 0, 1, ("ntp is missing",), ("ntp server",))
)
GONE = "running: missing /native/ntp/server/server-list[ip-address=192.0.2.1]"
FOREIGN = f"running: added /native/ntp/server/server-list[ip-address={THEIRS}]"


def test_a_box_that_is_as_it_was_is_no_violation():
    assert violations(WELL, touched=False) == []


@pytest.mark.parametrize(
    "ending",
    [
        replace(WELL, left=[GONE]),
        replace(WELL, left=[FOREIGN]),
        replace(WELL, offset_s=-1e8),
        replace(WELL, held="process 7 on host-1"),
        replace(WELL, closed=None),
        replace(LOUD, offset_s=-1e8),
        replace(LOUD, closed=Closed("needs-attention", "", 0, 1)),
    ],
    ids=["missing", "foreign", "past", "held", "open", "loud-past", "says-nothing"],
)
def test_what_must_never_be_is_found(ending):
    assert violations(ending, touched=False)


def test_what_is_said_to_be_left_is_no_violation():
    assert violations(replace(LOUD, left=[GONE]), touched=False) == []


def test_what_others_added_stays_and_is_theirs_to_save():
    left = [FOREIGN, FOREIGN.replace("running", "startup"), "unsaved changes: yes, unlike before"]
    assert violations(replace(WELL, left=left), touched=True) == []
    assert violations(replace(WELL, left=[*left, GONE]), touched=True) == [GONE]


def test_memory_that_grows_is_told():
    assert "100 -> 300 MB (+200)" in Memory([100, 100, 200, 200, 300, 300]).told()
