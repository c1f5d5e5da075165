"""Three-way undo: whatever others do to NTP meanwhile, and whenever (DESIGN.md, section 6.5).

True time comes home first, each captured entry that is missing is added back, what others did
stays, and the difference that is reported is exactly the one that is there.
"""

from dataclasses import dataclass, replace
from functools import partial

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from service.domain.journal import Closed, StepFailed
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.remediation import Run
from service.domain.steps.restore_ntp import ntp_touched
from tests.support.fake_controller import Quirks
from tests.support.stage import Stage

HOSTS = [f"192.0.2.{number}" for number in range(1, 7)]
LEAVES = st.sampled_from([(), (("prefer", ""),), (("key", "7"),), (("version", "3"),)])
LISTED = st.lists(
    st.builds(
        lambda role, host, vrf, leaves: NtpEntry(role, "server-list", host, vrf, leaves),
        st.sampled_from(["server", "peer"]),
        st.sampled_from(HOSTS),
        st.sampled_from([None, "Mgmt-intf"]),
        LEAVES,
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: entry.identity,
)
IN_SLOTS = st.lists(
    st.builds(
        lambda slot, host: NtpEntry("server", "server-list", host, slot=slot),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(HOSTS),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda entry: entry.slot,
)


@dataclass(frozen=True)
class Hand:
    """Somebody's edit, just before a look: `which` entry, and the one that it is or becomes."""

    at: int
    what: str
    which: int
    entry: NtpEntry

    def put_in(self, there: tuple[NtpEntry, ...]) -> tuple[NtpEntry, ...]:
        """The table afterwards."""
        if self.what == "add":
            return (*(e for e in there if e.identity != self.entry.identity), self.entry)
        if not there:
            return there
        number = self.which % len(there)
        rest = (*there[:number], *there[number + 1 :])
        if self.what == "remove":
            return rest
        changed = replace(there[number], leaves=self.entry.leaves or (("version", "2"),))
        return (*there[:number], changed, *there[number + 1 :])


def hands(entries) -> st.SearchStrategy[list[Hand]]:
    return st.lists(
        st.builds(
            Hand,
            st.integers(3, 45),
            st.sampled_from(["add", "remove", "alter"]),
            st.integers(0, 3),
            entries.map(lambda made: made[0]),
        ),
        min_size=1,
        max_size=3,
    )


def stage_with(table: list[NtpEntry], *, timers: bool) -> Stage:
    quirks = Quirks(has_timers=timers, follows_within_s=1e12 if timers else 1000.0)
    hosts = {} if timers else {"host-1": "boot-1", "host-2": "boot-of-host-2"}
    stage = Stage(quirks=quirks, hosts=hosts)
    stage.box.ntp = NtpConfig(tuple(table))
    stage.box.startup = stage.box.began_with = stage.box.config
    return stage


def edited(stage: Stage, edits: list[Hand]) -> list[int]:
    """Let the edits happen; the looks before which they did."""
    done: list[int] = []

    def on_read(number: int) -> None:
        for hand in edits:
            if hand.at == number:
                stage.box.set_ntp(hand.put_in(stage.box.ntp.entries))
                done.append(number)

    stage.line.on_read = on_read
    return done


def difference(captured: NtpConfig, there: NtpConfig) -> set[str]:
    """What a person would find different, each line begun by what it is."""
    now = {entry.identity: entry for entry in there.entries}
    was = {entry.identity: entry for entry in captured.entries}
    missing = {f"missing: ntp {was[key].label}" for key in was.keys() - now.keys()}
    added = {f"added by others: ntp {now[key].label}" for key in now.keys() - was.keys()}
    both = was.keys() & now.keys()
    changed = {f"changed: ntp {was[k].label}" for k in both if not was[k].same_as(now[k])}
    return missing | added | changed


def told(closed: Closed, expected: set[str]) -> bool:
    """Whether exactly these differences are reported, each once, whatever follows their label."""
    about = [line for line in closed.left if "ntp" in line]
    begun = all(any(line.startswith(one) for line in about) for one in expected)
    meant = all(any(line.startswith(one) for one in expected) for line in about)
    return begun and meant and len(about) == len(expected)


def _is_as_it_was_again(run: Run, done: list[int]) -> bool:
    """Whether a hand took back what kept us from saving, after that was decided."""
    (save,) = [e for e in run.entries if isinstance(e.event, StepFailed) and e.event.step == "save"]
    return len(done) > 1 and "not those that were captured" in save.event.detail


def judge(table: list[NtpEntry], edits: list[Hand], *, timers: bool) -> None:
    stage = stage_with(table, timers=timers)
    done = edited(stage, edits)
    closed = stage.remediate()
    assume(not done or done[-1] < stage.line.reads_done - 2)  # later than anybody looks at NTP
    captured, there = NtpConfig(tuple(table)), stage.box.ntp
    (row,) = stage.store.remediations()
    run = Run(stage.store.journal(row.id))
    event(closed.state)
    assert abs(stage.box.offset_s) < 2
    assert stage.box.ours == set()
    assert stage.box.saved_dirty == 0  # neither our temporary state nor what others did
    if not ntp_touched(run):
        return  # nothing of NTP was ours to put back
    _check_ours_and_theirs(captured, there, edits, done)
    expected = difference(captured, there)
    event("different" if expected else "as it was")
    assert (closed.state == "needs-attention") >= bool(expected)
    if closed.state == "needs-attention":
        assert told(closed, expected), (closed.left, expected)
        assert len(closed.mend) > 0
        unsaved = "running differs from startup" in closed.left
        assert unsaved >= stage.box.unsaved
        assert unsaved == stage.box.unsaved or _is_as_it_was_again(run, done)
    else:
        assert not expected


def _check_ours_and_theirs(
    captured: NtpConfig, there: NtpConfig, edits: list[Hand], done: list[int]
) -> None:
    """Ours are all there unless somebody took them; what others made last is as they made it."""
    now = {entry.identity: entry for entry in there.entries}
    taken = any(hand.what == "remove" and hand.at in done for hand in edits)
    if not taken:
        assert not captured.without(there).entries
    for hand in edits:
        if hand.what == "add" and hand.at in done and not taken:
            assert hand.entry.identity in now


checked = partial(settings, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@checked(max_examples=100)
@given(LISTED, hands(LISTED))
def test_a_box_with_timers_keeps_what_others_did_and_gets_back_what_was_ours(table, edits):
    judge(table, edits, timers=True)


@checked(max_examples=100)
@given(IN_SLOTS, hands(IN_SLOTS))
def test_a_box_with_numbered_places_does_too_even_where_others_took_one(table, edits):
    judge(table, edits, timers=False)
