"""The ways to mend a finding, for people: mildest first, with what each would cost."""

from collections.abc import Iterable
from datetime import timedelta

from rich.table import Column, Table

from service.cli.edge import people
from service.domain.plan import Alternative, Estimate

ESTIMATED = "numbers are estimates, from the plan's steps and the policy's waits: usual (at most)"


def show_ways(ways: Iterable[Alternative]) -> None:
    """A table of every way, on stderr, and below it why each is taken or not."""
    every = tuple(ways)
    if not every:
        return
    people.print()
    people.print(_table(every))
    people.print(f"  {ESTIMATED}", style="dim")
    for way in every:
        mark = "can be used" if way.applicable else "passed over"
        people.print(f"  {way.name}: {mark}: {way.reason}", markup=False)
        if way.applicable:
            _show_terms(way)


def _show_terms(way: Alternative) -> None:
    people.print(f"      cost: {way.cost}", markup=False)
    people.print(f"      risk: {way.risk}", markup=False)
    people.print(f"      undo: {way.undo}", markup=False)
    if way.disturbs:
        people.print(f"      disturbs: {', '.join(way.disturbs)}", markup=False)


def _table(ways: Iterable[Alternative]) -> Table:
    name = Column("way", no_wrap=True)  # it is typed in again, after --strategy
    heads = ("usable", "minutes", "reloads", "false time", "APs", "clients")
    table = Table(name, *heads, box=None, pad_edge=False)  # whole in 80 columns
    for way in ways:
        usable = "yes" if way.applicable else "no"
        table.add_row(way.name, usable, *_numbers(way.estimate))
    return table


def _numbers(one: Estimate | None) -> tuple[str, ...]:
    if one is None:
        return ("",) * 5
    clients = "not known" if one.clients_touched is None else str(one.clients_touched)
    return (
        f"{one.minutes} ({one.minutes_at_most})",
        _reloads(one),
        _false_time(one),
        str(one.aps_touched),
        clients,
    )


def _reloads(one: Estimate) -> str:
    """Usually, and where something fails on the way if that makes more."""
    more = f" ({one.reloads_at_most})" if one.reloads_at_most > one.reloads else ""
    return f"{one.reloads}{more}"


def _false_time(one: Estimate) -> str:
    if not one.false_time_at_most_s:
        return "none"
    usual, most = (timedelta(seconds=s) for s in (one.false_time_s, one.false_time_at_most_s))
    return f"{usual} ({most})"
