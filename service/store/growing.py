"""One more poll of a controller: the rows of access points that it says something new of.

Whoever a poll says the same of again is not read and not written: the poll is counted once, for the
controller. Whoever it no longer sees stands still from then on, counted up to the poll before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from service.domain import counted_back
from service.domain.diagnosis.case import plainly_serves
from service.domain.history import ApHistory, caught_up, extend, is_settled, is_there
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApPulse, ApSighting, ControllerView
from service.domain.polling.composing import NOBODY, AsKept, remembered
from service.domain.spells import PastSpell, spell_after, spell_without
from service.store.ap_rows import (
    FEW,
    SPACE,
    Kept,
    Poll,
    keep_poll,
    marked,
    newest_poll,
    read,
    row_of,
    unmarked,
    write,
)
from service.store.sameness import ends_so, marks_of, pulse_ends, usual_of
from service.store.spells import keep_past


@dataclass(frozen=True, slots=True)
class _Turn:
    """A poll beside what was kept before it.

    Attributes:
        before, now: the newest poll so far, and this one.
        aps: what this one saw, by MAC; said: the mark of each.
        news: of whom it says something else than the one before, or may.
        gone: whom the poll before saw, and this one did not.
        wanted: of whom the history is worth reading.
    """

    before: Poll | None
    now: Poll
    aps: Mapping[str, ApSighting]
    said: Mapping[str, str | None]
    news: AbstractSet[str]
    gone: AbstractSet[str]
    wanted: Collection[str]


def as_kept(connection: Connection, controller: str, pulses: Sequence[ApPulse]) -> AsKept:
    """Who plainly serves as it is kept; nobody where a pulse cannot be put into words."""
    before = newest_poll(connection, controller)
    if before is None:
        return NOBODY
    try:
        ends = pulse_ends(pulses)
    except TypeError:
        return NOBODY
    marks = dict(row.split(SPACE) for row in marked(connection, controller))
    said = zip([pulse.mac.value for pulse in pulses], ends, strict=True)
    same = {mac: marks[mac] for mac, end in said if ends_so(marks.get(mac), end)}
    return AsKept(same, before.details_at or before.at)


def grow(connection: Connection, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
    """Extend the histories of a controller, of which nobody else writes meanwhile.

    Returns the histories that a diagnosis can go by: not those of access points that serve as they
    did before.
    """
    before = newest_poll(connection, view.controller)
    if not view.aps:
        return _histories(read(connection, view.controller))
    if before is not None and view.read_at <= before.at:
        return _grow_late(connection, view)
    turn = _turn(connection, view, before)
    few = len(turn.wanted) * FEW <= len(turn.aps)
    known = read(connection, view.controller, turn.wanted if few else None)
    grown = {mac: _grown(turn, mac, kept) for mac, kept in known.items()}
    grown |= {mac: _begun(turn, mac) for mac in turn.news if mac not in known}
    written = _written(turn, known, grown)
    write(connection, [_row(turn, view.controller, grown[mac]) for mac in written])
    keep_past(connection, dict(_over(turn, view.controller, known, grown)))
    keep_poll(connection, view.controller, turn.now)
    return _histories(grown)


def _histories(kept: Mapping[str, Kept]) -> dict[BaseRadioMac, ApHistory]:
    return {one.history.mac: one.history for one in kept.values()}


def _turn(connection: Connection, view: ControllerView, before: Poll | None) -> _Turn:
    kept, rest = marked(connection, view.controller), unmarked(connection, view.controller)
    view = _told_in_full(connection, view, before, kept)
    seen = view.aps or ()
    usual = usual_of(seen)
    now = Poll(1 if before is None else before.number + 1, view.read_at, usual)
    aps = {ap.mac.value: ap for ap in seen}
    told = {mac: ap for mac, ap in aps.items() if mac not in view.kept}
    said = {**_said(told, usual, kept), **view.kept}
    whose = {f"{mac}{SPACE}{mark}": mac for mac, mark in said.items()}
    news = {whose[row] for row in whose.keys() - kept}
    others = {row.partition(SPACE)[0] for row in kept - whose.keys()}  # changed, or gone
    left = {mac for mac, number in rest.items() if before is None or number is not None}
    gone = {mac for mac in others | left if mac not in aps}
    ill = {ap.mac.value for ap in seen if not plainly_serves(ap)}
    if view.logs or len(aps) < len(seen):  # then a diagnosis looks at everybody
        ill = set(aps)
    wanted = {*(ill - news), *others, *rest}
    return _Turn(before, now, aps, said, news, gone, wanted)


def _told_in_full(
    connection: Connection, view: ControllerView, before: Poll | None, kept: AbstractSet[str]
) -> ControllerView:
    """The view with all that is kept of whoever is not as it was kept any more.

    That is everybody where this poll makes the age of what most of them say another one.
    """
    if not view.kept:
        return view
    aps = [ap for ap in view.aps or () if ap.mac.value in view.kept]
    age = None if before is None else before.details_at or before.at
    is_usual = usual_of(view.aps or ()) == age and all(ap.details_at == age for ap in aps)
    same = {
        mac: mark for mac, mark in view.kept.items() if is_usual and f"{mac}{SPACE}{mark}" in kept
    }
    moved = view.kept.keys() - same
    if not moved:
        return view
    known = read(connection, view.controller, moved)
    return replace(view, aps=_remembered(view, moved, known), kept=same)


def _remembered(
    view: ControllerView, macs: AbstractSet[str], known: Mapping[str, Kept]
) -> tuple[ApSighting, ...]:
    """What a view tells, of some with what is kept of them."""
    histories = {mac: kept.history for mac, kept in known.items()}
    return tuple(
        remembered(ap, histories.get(ap.mac.value)) if ap.mac.value in macs else ap
        for ap in view.aps or ()
    )


def _said(
    aps: Mapping[str, ApSighting], usual: datetime | None, kept: AbstractSet[str]
) -> dict[str, str | None]:
    """The mark of each; of whoever serves as before, but for a time counted back, the kept one.

    Whoever does not serve is marked by its times as they are: restarts are told by them.
    """
    told = [counted_back.usual(ap) if is_there(ap) else ap for ap in aps.values()]
    said = dict(zip(aps, marks_of(told, usual), strict=True))
    for mac, ap in aps.items():
        if ap.counted_back and is_there(ap) and f"{mac}{SPACE}{said[mac]}" not in kept:
            marks = marks_of(counted_back.alike(ap), usual)
            said[mac] = next((one for one in marks if f"{mac}{SPACE}{one}" in kept), said[mac])
    return said


def _grown(turn: _Turn, mac: str, kept: Kept) -> Kept:
    """What was kept, with this poll."""
    ap, at = turn.aps.get(mac), turn.now.at
    if mac in turn.gone:
        return Kept(kept.history, spell_without(kept.spell, at))
    if ap is None:
        return kept
    if mac not in turn.news:
        details_at = ap.details_at
        counted = caught_up(kept.history, polls=1, seen_at=at, details_at=details_at)
        return Kept(counted, kept.spell)
    history = extend(kept.history, ap, at)
    return kept if history == kept.history else Kept(history, spell_after(kept.spell, history, at))


def _begun(turn: _Turn, mac: str) -> Kept:
    history = extend(None, turn.aps[mac], turn.now.at)
    return Kept(history, spell_after(None, history, turn.now.at))


def _written(turn: _Turn, known: Mapping[str, Kept], grown: Mapping[str, Kept]) -> list[str]:
    """Whose rows are to be written; not those that run ahead of this poll: our clock was set."""
    new = {mac for mac in turn.news if grown[mac] is not known.get(mac)}
    return sorted(new | turn.gone)


def _row(turn: _Turn, controller: str, kept: Kept) -> dict[str, object]:
    mac = str(kept.history.mac)
    if mac in turn.gone:
        return row_of(controller, kept, poll=None, mark=None)
    mark = turn.said[mac] if is_settled(kept.history, turn.aps[mac]) else None
    return row_of(controller, kept, poll=turn.now, mark=mark)


def _over(
    turn: _Turn, controller: str, known: Mapping[str, Kept], grown: Mapping[str, Kept]
) -> Iterator[tuple[str, PastSpell]]:
    """The spells that this poll ended."""
    for mac, kept in known.items():
        if kept.spell is not None and grown[mac].spell is not kept.spell:
            yield mac, PastSpell(controller, kept.spell, turn.now.at)


def _grow_late(connection: Connection, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
    """A poll that comes after a newer one: news of those alone that the newer one did not see.

    It ends no spell: what the newer one said of them holds.
    """
    known = read(connection, view.controller)
    seen = _remembered(view, view.kept.keys(), known)
    late = {ap.mac.value: _late(known.get(ap.mac.value), ap, view) for ap in seen}
    new = [kept for mac, kept in late.items() if kept is not known.get(mac)]
    write(connection, [row_of(view.controller, kept, poll=None, mark=None) for kept in new])
    return _histories(known | late)


def _late(kept: Kept | None, ap: ApSighting, view: ControllerView) -> Kept:
    before, spell = (None, None) if kept is None else (kept.history, kept.spell)
    history = extend(before, ap, view.read_at)
    return kept if kept is not None and history == before else Kept(history, spell)
