"""`aprejoin plan` tells the path to fixed software, and how stuck APs are kept from trying."""

import pytest

from tests.e2e.stand import Finished, Stand, box, together

OLDER = {"kind": "healthy", "model": "AIR-CAP2602I-E-K9"}
BOXES = {
    "leads-on": box("leads-on", release="17.3.6"),
    "ports": box("ports", release="17.9.1"),
    "orphans": box("orphans", release="17.3.4", aps=[{"kind": "looping"}, OLDER]),
    "aireos": {
        "name": "aireos",
        "platform": "aireos",
        "model": "5520",
        "release": "8.5.182.0",
        "ntp": [{"host": "192.0.2.1"}],
        "aps": [{"kind": "looping"}],
    },
}


WORDS = ("--contain", "--accept-suspected")


def work(stand: Stand) -> dict[str, Finished]:
    stand.sweep_until_probable(*BOXES)
    asked = {name: lambda n=name: stand.run("plan", n, *WORDS, "--json") for name in BOXES}
    return together({**asked, "text": lambda: stand.run("plan", "leads-on", *WORDS)})


def reason(told: Finished) -> str:
    document = told.document
    ways = document["plan"]["alternatives"] if document["plan"] else document["alternatives"]
    (way,) = (one for one in ways if one["name"] == "fixed-software")
    assert not way["applicable"]
    return str(way["reason"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leads-on", "by hand: install APSP7 for 17.3.6"),
        ("orphans", "no support for AP models AIR-CAP2602I-E-K9"),
        ("ports", "install 17.9.3"),
        ("aireos", "install 8.10.183.0"),
    ],
)
def test_a_plan_tells_the_path_to_fixed_software(results, name, words):
    assert results[name].code == 0, results[name].err
    assert words in reason(results[name])


@pytest.mark.parametrize("name", list(BOXES))
def test_the_change_that_keeps_stuck_aps_away_comes_with_its_undo(results, name):
    made = results[name].document["contain"]
    (ap,) = made["aps"]
    blocks = {block["name"]: block for block in made["blocks"]}
    assert f" deny udp host {ap['address']} any eq 5246" in blocks["capwap-filter"]["do"]
    assert blocks["switch-port"]["undo"][-1] == " no shutdown"
    assert made["notes"]


def test_the_port_is_named_where_the_release_shows_it(results):
    (ap,) = results["ports"].document["contain"]["aps"]
    assert ap["switch"] == "access-1.example"
    (older,) = results["leads-on"].document["contain"]["aps"]
    assert older["port"] is None


def test_people_read_the_same_lines(results):
    for block in results["leads-on"].document["contain"]["blocks"]:
        for line in (*block["do"], *block["undo"]):
            assert line in results["text"].err


@pytest.mark.parametrize("name", ["leads-on", "ports"])
def test_nothing_is_sent(stand, results, name):
    assert results[name].code == 0
    assert not [event for event in stand.box(name).log if event.kind in ("edit", "save")]


def test_without_the_flag_the_document_has_no_more_keys(stand, results):
    assert results
    plain = stand.run("plan", "leads-on", "--accept-suspected", "--json").document
    assert "contain" not in plain
