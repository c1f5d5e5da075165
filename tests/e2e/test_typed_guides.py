"""The commands of the guides and of the reference are typed as they stand, into one lab.

Which blocks these are says tests/support/guide_table.py; how they are typed, typist.py. Among them
is the README's way from an empty folder to a mended controller.
"""

from typing import Any

from tests.e2e.stand import Stand, box
from tests.e2e.typist import ENDS, Typist, verbs
from tests.support.facts import ROOT
from tests.support.guide_table import TYPED, blocks_of
from tests.support.receiver import receiving

BOXES = {"hq-1": box("hq-1"), "hq-2": box("hq-2", aps=[{"kind": "looping"}])}
STUCK = ("plan", "approve", "campaign")
"""Blocks with these come first: they speak of a controller whose access point is stuck."""
README, TROUBLE = "README.md", ("docs/reference", "lab")
"""Blocks of the reference about the lab come last: they bring trouble over its boxes."""


def work(stand: Stand) -> Typist:
    """Everything typed, in an order in which each block finds what it speaks of."""
    typist = Typist(stand)
    rest = blocks_of(TYPED)
    readme = [one for one in rest if one.place.startswith(README)]
    stuck = [one for one in rest if one not in readme and {*verbs(one)} & {*STUCK}]
    last = [one for one in rest if one.place.startswith(TROUBLE[0]) and TROUBLE[1] in verbs(one)]
    others = [one for one in rest if one not in (*readme, *stuck, *last)]
    with receiving() as receiver:
        stand.settings |= {
            "APREJOIN_INVENTORY": "inventory.yaml",
            "APREJOIN_LAB_DIR": str(stand.inventory.parent),
            "NOC_CHAT_URL": f"json://127.0.0.1:{receiver.port}/?cto=250&rto=250",
        }
        stand.sweep_until_probable(*BOXES)
        for block in stuck:
            typist.type(block)
        for block in readme:
            typist.type(block, again=True)
        assert stand.left_behind("hq-1") == [], "the README's remediation left something"
        for block in (*others, *last):
            typist.type(block)
        assert receiver.calls, "notify told nobody"
    return typist


def test_every_command_of_the_guides_ends_as_it_should(results: Typist):
    wrong = {
        f"{one.block}: {' '.join(one.words)}": (one.ended.code, one.text[-300:])
        for one in results.told
        if not one.is_as_told
    }
    assert wrong == {}


def test_the_readme_leads_from_an_empty_folder_to_a_mended_controller(results: Typist):
    told = [one for one in results.told if one.block.place.startswith(README)]
    ways = [one.words[0] for one in told if one.words[0] != "token"]
    assert ways == ["init", "check", "sweep", "sweep", "plan", "remediate", "diagnose"]
    by_verb: dict[str, Any] = {one.words[0]: one for one in told}
    assert "clock-window: can be used" in by_verb["plan"].text
    assert "hq-1: succeeded" in by_verb["remediate"].text
    assert "FN72524" in by_verb["diagnose"].text


def test_what_is_not_typed_here_is_run_by_a_test_that_is_there(results: Typist):
    for block, words, test in results.elsewhere:
        text = (ROOT / test).read_text()
        assert any(f'"{word}"' in text or word in text for word in words[:1]), f"{block}: {words}"


def test_every_exit_status_that_is_foreseen_is_one_that_some_command_had(results: Typist):
    typed = [one.words for one in results.told]
    unused = [key for key in ENDS if not any(words[: len(key)] == key for words in typed)]
    assert unused == []
