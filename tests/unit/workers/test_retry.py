import inspect

import pytest

from service import errors
from service.errors import (
    AprejoinError,
    AuthenticationRefused,
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceUnreachable,
    HostKeyRefused,
    InvalidInput,
    JournalConflict,
    LeaseHeld,
    LeaseLost,
    NotFound,
    OutcomeUnknown,
    ReplyMalformed,
    StoreError,
)
from workers.retry import LONGEST_WAIT_S, MOST_RETRIES, Fail, Leave, Retry, action_for

DEVICE = ("hq-1", "read", "why")


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationRefused(*DEVICE),
        HostKeyRefused(*DEVICE),
        CapabilityMissing(*DEVICE),
        ChangeRefused(*DEVICE),
        ReplyMalformed(*DEVICE),
        NotFound("controller", "hq-1"),
        InvalidInput("x", where="y", expected="z"),
        ValueError("a defect"),
    ],
)
def test_what_will_not_change_is_never_tried_again(error):
    assert action_for(error, tried=0) == Fail()


@pytest.mark.parametrize(
    "error",
    [
        DeviceUnreachable(*DEVICE),
        DeviceBusy(*DEVICE),
        OutcomeUnknown(*DEVICE),
        StoreError("database is away"),
    ],
)
def test_what_may_pass_is_tried_again_ever_later_and_not_for_ever(error):
    actions = [action_for(error, tried=n) for n in range(MOST_RETRIES + 1)]
    *retries, last = actions
    waits = [retry.after_s for retry in retries]
    assert waits == sorted(set(waits))
    assert max(waits) <= LONGEST_WAIT_S
    assert last == Fail()


@pytest.mark.parametrize("error", [LeaseHeld("hq-1", "somebody", 60.0), LeaseLost("hq-1")])
def test_what_somebody_else_does_is_left_to_them(error):
    assert action_for(error, tried=0) == Leave()


def test_a_journal_that_moved_on_is_read_again_at_once():
    action = action_for(JournalConflict("r-1"), tried=0)
    assert isinstance(action, Retry)
    assert action.after_s < 1
    assert action_for(JournalConflict("r-1"), tried=MOST_RETRIES) == Leave()


def test_no_error_of_ours_is_forgotten():
    kinds = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, AprejoinError)
    }
    for kind in kinds:
        bare = kind.__new__(kind)
        assert isinstance(action_for(bare, tried=0), Retry | Leave | Fail)
