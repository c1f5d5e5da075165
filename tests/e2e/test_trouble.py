"""Trouble in the middle of a remediation: lost replies, reloads, strangers, boxes with quirks.

Each remediation must end; and unless it says that it needs attention, and what for, nothing is left
behind. All boxes are worked on at the same time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.stand import Finished, Stand, box, together

NTP_NS = "http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"
NATIVE_NS = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
STRANGER = (
    f'<native xmlns="{NATIVE_NS}"><ntp><server xmlns="{NTP_NS}"><server-list>'
    "<ip-address>198.51.100.9</ip-address></server-list></server></ntp></native>"
)
WAITED_FOR = [{"kind": "looping"}, {"kind": "straggler"}]
"""The window stays open for a while: what somebody does meanwhile is met in it."""
UNPROVEN = "no dead-man's switch can be armed"
WELL = frozenset({"succeeded"})
BACK = frozenset({"rolled-back", "cancelled"})
ENDED = WELL | BACK
ANY = ENDED | {"needs-attention"}


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong.

    Attributes:
        faults: planned before the remediation begins.
        at: a step; when it is reached, `does` is done to the box.
        ends: the final states that are right; None: it was never opened.
        theirs: what a stranger added and what may stay.
        says: words with which the document has to name what was met.
    """

    faults: tuple[dict[str, Any], ...] = ()
    at: str = ""
    does: Callable[[Stand, str], object] = lambda _stand, _name: None
    ends: frozenset[str | None] = ENDED
    settings: dict[str, Any] = field(default_factory=dict)
    theirs: str = "nothing"
    says: str = ""


def fault(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, **settings}


def edit(kind: str, element: str, nth: int = 1, **settings: Any) -> tuple[dict[str, Any], ...]:
    return (fault(kind, rpc="edit-config", element=element, nth=nth, **settings),)


def quirk(**settings: Any) -> dict[str, Any]:
    return {"quirks": settings}


def reloads(stand: Stand, name: str) -> None:
    stand.box(name).reload()


def types(*lines: str) -> Callable[[Stand, str], None]:
    def typed(stand: Stand, name: str) -> None:
        for line in lines:
            stand.box(name).cli(line)

    return typed


def does(kind: str, **settings: Any) -> Callable[[Stand, str], None]:
    return lambda stand, name: stand.box(name).fault(kind, now=True, **settings)


def meets(kind: str, **settings: Any) -> Callable[[Stand, str], None]:
    """A fault that waits for the next request."""
    return lambda stand, name: stand.box(name).fault(kind, **settings)


def adds_ntp(stand: Stand, name: str) -> None:
    stand.box(name).foreign_edit(STRANGER)


TROUBLES = {
    # replies that never come, at each kind of request
    "lost-probe": Trouble(edit("drop_after", "applet", 1)),
    "lost-guard": Trouble(edit("drop_after", "applet", 2)),
    "lost-removal": Trouble(edit("drop_after", "server-list", 1)),
    "lost-clock": Trouble(edit("drop_after", "applet", 3)),
    "lost-true-clock": Trouble(edit("drop_after", "applet", 4)),
    "lost-restore": Trouble(edit("drop_after", "server-list", 2)),
    "lost-save": Trouble(
        (fault("drop_after", rpc="save-config"),), settings={"release": "17.12.1"}
    ),
    "never-sent-clock": Trouble(edit("drop_before", "applet", 3)),
    "never-sent-restore": Trouble(edit("drop_before", "server-list", 2)),
    "cut-reads": Trouble(at="wait-for-aps", does=meets("truncate", rpc="get", times=3)),
    "cut-edits": Trouble((fault("truncate", rpc="edit-config", nth=2, times=2),)),
    "strange-reads": Trouble(at="wait-for-aps", does=meets("wrong_namespace", times=3)),
    "refused-reads": Trouble(at="wait-for-aps", does=meets("refuse", rpc="get", times=3)),
    "refused-config-reads": Trouble(
        at="wait-for-aps", does=meets("refuse", rpc="get-config", times=3)
    ),
    "busy-reads": Trouble(at="wait-for-aps", does=meets("refuse", tag="resource-denied", times=4)),
    "cut-while-planning": Trouble((fault("truncate", rpc="get", nth=5),), ends=frozenset({None})),
    "hanging-edit": Trouble(edit("hang", "server-list", 1, seconds=32)),
    # a box that says no
    "refused-guard": Trouble(edit("refuse", "applet", 2), ends=BACK),
    "refused-removal": Trouble(edit("refuse", "server-list", 1), ends=BACK),
    "refused-clock": Trouble(edit("refuse", "applet", 3), ends=BACK),
    "refused-restore-once": Trouble(edit("refuse", "server-list", 2)),
    "locked-a-while": Trouble(edit("lock", "server-list", 1, seconds=3), ends=WELL),
    "busy-a-while": Trouble(edit("refuse", "applet", 1, tag="in-use", times=2), ends=WELL),
    # reloads and absence
    "reload-in-window": Trouble(at="wait-for-aps", does=reloads),
    "reload-at-home": Trouble(at="restore-ntp", does=reloads),
    "switchover-in-window": Trouble(
        at="wait-for-aps", does=does("switchover"), settings={"standby": "hot"}
    ),
    "switchover-at-home": Trouble(
        at="restore-ntp", does=does("switchover"), settings={"standby": "hot"}
    ),
    "down-in-window": Trouble(at="wait-for-aps", does=does("box_down", seconds=5)),
    # strangers
    "foreign-ntp": Trouble(
        at="wait-for-aps", does=adds_ntp, ends=ANY, theirs="198.51.100.9", says="198.51.100.9"
    ),
    "pushed-back": Trouble(
        at="wait-for-aps",
        does=types("config:ntp server 192.0.2.1 prefer"),
        settings={"aps": WAITED_FOR},
        says="somebody else added server 192.0.2.1",
    ),
    "foreign-save": Trouble(at="wait-for-aps", does=does("foreign_save"), ends=ANY),
    "foreign-clock": Trouble(at="wait-for-aps", does=types("clock set 12:00:00 1 Jan 2026")),
    "foreign-applet-gone": Trouble(
        at="wait-for-aps", does=types("config:no event manager applet aprejoin-guard-a")
    ),
    # boxes with quirks
    "aborts": Trouble(settings=quirk(self_delete_aborts=True), ends=BACK),
    "dead-eem": Trouble(settings=quirk(eem_dead=True), ends=BACK, says=UNPROVEN),
    "follows": Trouble(settings=quirk(countdown_follows_clock=True)),
    "authorized": Trouble(settings=quirk(aaa_command_authorization=True), ends=WELL),
    "suspended": Trouble((fault("eem_suspend", now=True),), ends=BACK, says=UNPROVEN),
    "aaa-refuses": Trouble((fault("aaa_refuse", now=True),), ends=BACK, says=UNPROVEN),
    "no-vty": Trouble(settings=quirk(vty_exhausted=True), ends=BACK, says=UNPROVEN),
}
RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
BOXES = {
    name: box(name, **{"release": RELEASES[number % 4], "cli": number % 2 == 0, **one.settings})
    for number, (name, one) in enumerate(TROUBLES.items())
}


def suffered(stand: Stand, name: str) -> Finished:
    trouble = TROUBLES[name]
    for planned in trouble.faults:
        stand.box(name).fault(**planned)
    running = stand.start("remediate", name, "--yes", "--json")
    if trouble.at:
        running.until(f"  {trouble.at}:")
        trouble.does(stand, name)
    return running.finish()


def work(stand: Stand) -> dict[str, Finished]:
    stand.sweep_until_probable(*BOXES)
    return together({name: lambda n=name: suffered(stand, n) for name in TROUBLES})


@pytest.mark.parametrize("name", list(TROUBLES))
def test_it_ends_and_leaves_nothing_behind_that_it_does_not_name(stand, results, name):
    finished, trouble = results[name], TROUBLES[name]
    assert isinstance(finished, Finished), finished
    document = finished.document.get("remediation") or {"state": None, "left": [], "mend": []}
    state = document["state"]
    assert state in trouble.ends, (document, finished.err)
    assert finished.code == {"succeeded": 0, "needs-attention": 6, None: 1}.get(state, 5)
    left = [line for line in stand.left_behind(name) if trouble.theirs not in line]
    if state == "needs-attention":
        assert document["left"]
        assert document["mend"]
        left = [
            line for line in left if not line.startswith("unsaved")
        ]  # theirs is not ours to save
    assert left == [], (document, finished.err)


@pytest.mark.parametrize("name", [name for name, one in TROUBLES.items() if one.says])
def test_what_was_met_is_named(results, name):
    finished = results[name]
    assert isinstance(finished, Finished), finished
    assert TROUBLES[name].says in finished.out


@pytest.mark.parametrize("name", list(TROUBLES))
def test_the_clock_is_true_afterwards(stand, results, name):
    assert results[name]
    assert abs(stand.box(name).clock_offset_s) < 2


def test_what_a_stranger_added_stays(stand, results):
    assert results["foreign-ntp"]
    assert any("198.51.100.9" in line for line in stand.box("foreign-ntp").left_dirty())
