"""Journals that were written before a strategy was one of several are read as they were meant."""

import json

from service.domain.journal import Entry, Opened
from service.domain.remediation import Run
from service.domain.strategies import clock_window
from service.domain.strategies.known import steps_of, strategies, strategy_of
from service.store.codec import event_of, event_text
from tests.support.builders import REMEDIATION, charter, instant

NEW = ("switches", "overrides")
NEW_BY_HAND = ("look_at_policies", "set_policies")


def as_written_before(event: Opened) -> str:
    document = json.loads(event_text(event))
    for name in NEW:
        del document["charter"][name]
    for name in NEW_BY_HAND:
        del document["charter"]["by_hand"][name]
    for ap in document["charter"]["aps"]:
        del ap["certificate_kind"]
    return json.dumps(document)


def test_an_old_opening_is_read_and_its_steps_are_those_of_its_strategy():
    opened = Opened(charter())
    read = event_of(as_written_before(opened))
    assert read == opened
    run = Run([Entry(1, instant(), read)])
    names = [step.name for step in steps_of(REMEDIATION, run)]
    assert names == [step.name for step in clock_window.forward(REMEDIATION, run.charter)]
    assert strategy_of(run.charter) is strategies()[clock_window.NAME]


def test_every_strategy_has_names_of_its_own_for_what_is_guarded():
    guarded = strategies()[clock_window.NAME].guarded
    other = strategies()["expired-cert-override"]
    made = charter(strategy=other.name)
    names = {s.name for s in (*other.forward("r", made), *other.home("r", made))}
    assert not names & guarded
