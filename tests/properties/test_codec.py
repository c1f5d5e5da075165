"""What is written down is what is read back, whatever it was."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.changes import (
    AddNtp,
    ArmGuard,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    ResetAp,
    SaveConfig,
    SetApHome,
    SetClock,
)
from service.domain.instants import Instant
from service.domain.journal import (
    Charter,
    Closed,
    Continued,
    HomeCalled,
    Intended,
    Observed,
    Opened,
    Settled,
    StepDone,
    StepFailed,
)
from service.domain.ntp import NtpConfig
from service.domain.software_changes import (
    AddSite,
    ApplySites,
    CheckFile,
    ClearSites,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
    StopPredownload,
)
from service.errors import StoreError
from service.ports.store import Holder
from service.store.codec import (
    event_of,
    event_text,
    holder_of,
    holder_text,
    instant_of,
    instant_text,
    moment_of,
    moment_text,
)
from tests.support.builders import NTP

AWARE = st.datetimes(timezones=st.just(UTC))
st.register_type_strategy(datetime, AWARE | st.datetimes())
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))

CHANGES = st.one_of(
    *(
        st.from_type(kind)
        for kind in (
            RemoveNtp,
            AddNtp,
            ProveTimer,
            ArmGuard,
            SetClock,
            RemoveTimers,
            SaveConfig,
            ResetAp,
            SetApHome,
            InstallOrder,
            FetchFile,
            CheckFile,
            DeleteFile,
            PredownloadAll,
            StopPredownload,
            AddSite,
            ApplySites,
            ClearSites,
        )
    )
)
INTENDED = st.builds(Intended, st.text(), CHANGES, st.text(), st.text(), st.text())
SMALL = st.one_of(
    *(st.from_type(kind) for kind in (Settled, Observed, StepDone, StepFailed, HomeCalled, Closed)),
    INTENDED,
)


@given(SMALL)
def test_every_event_is_read_back_as_it_was(event):
    again = event_of(event_text(event))
    assert again == event
    assert type(again) is type(event)


@given(st.from_type(Charter))
def test_every_opening_is_read_back_as_it_was(charter):
    assert event_of(event_text(Opened(charter))) == Opened(charter)
    assert event_of(event_text(Continued(charter, "mended"))) == Continued(charter, "mended")


@given(INTENDED)
def test_a_change_is_never_read_back_as_another_kind(intended):
    again = event_of(event_text(intended))
    assert isinstance(again, Intended)
    assert type(again.change) is type(intended.change)


def test_adding_and_removing_the_same_entries_stay_two_things():
    for change in (AddNtp(NTP), RemoveNtp(NTP), AddNtp(NtpConfig()), RemoveNtp(NtpConfig())):
        again = event_of(event_text(Intended("s", change, "", "1")))
        assert isinstance(again, Intended)
        assert again.change == change
        assert type(again.change) is type(change)


@given(st.from_type(Instant), st.from_type(Holder))
def test_instants_and_holders_are_read_back_as_they_were(instant, holder):
    assert instant_of(instant_text(instant)) == instant
    assert holder_of(holder_text(holder)) == holder


@given(AWARE, AWARE)
def test_moments_sort_as_text_like_they_do_in_time(one, two):
    assert moment_of(moment_text(one)) == one
    assert (moment_text(one) < moment_text(two)) == (one < two)


@pytest.mark.parametrize("text", ["", "null", "{}", '{"type": "intended", "change": {}}'])
def test_what_is_no_event_is_an_error_and_never_some_event(text):
    with pytest.raises(StoreError):
        event_of(text)
