"""Freezes are added, moved and lifted by REST, in the file as its owner wrote it."""

from datetime import UTC, datetime, timedelta

import pytest

from service.usecases.permits import closed_window
from tests.support.fleet_service import FLEET, V1, fleet_service
from tests.unit.api.test_rules import problem

YEAR_END = {
    "name": "year-end",
    "from": "2026-12-18T17:00:00+01:00",
    "to": "2027-01-04T08:00:00+01:00",
}
KEPT = """\
freezes:
  # every year, says the board
  - from: 2026-12-18T17:00:00+01:00   # Friday
    to: 2027-01-04 08:00:00Z
    name: board
  - {from: 2025-01-01T00:00:00Z, to: 2025-01-02T00:00:00Z, sites: [rome]}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with fleet_service(tmp_path_factory.mktemp("freezes")) as one:
        yield one


@pytest.fixture
def fleet(made):
    made.begin_anew()
    return made


def patch(fleet, name, body):
    where = f"/freezes/{name}"
    return fleet.root.request("PATCH", f"{V1}{where}", json=body, headers=fleet.tag(where))


def closed(fleet):
    """Why nothing may be begun on each controller now."""
    context = fleet.service.api.app.state.front.context
    now = context.clock.now().wall
    return {one.name: closed_window(context, one, now) for one in context.inventory.controllers}


def test_a_freeze_is_added_narrowed_and_lifted(fleet):
    added = fleet.root.post(f"{V1}/freezes", YEAR_END)
    assert (added.status_code, added.headers["Location"]) == (201, f"{V1}/freezes/year-end")
    assert added.json()["entry"] == YEAR_END
    where = f"{V1}/freezes/year-end"
    told = fleet.service.vera.get(where)
    assert told.json()["freeze"] | {"state": ""} == {
        "name": "year-end",
        "from": "2026-12-18T16:00:00Z",
        "to": "2027-01-04T07:00:00Z",
        "sites": [],
        "tags": [],
        "state": "",
    }
    tag = {"If-Match": told.headers["ETag"]}
    narrowed = YEAR_END | {"sites": ["paris"]}
    put = fleet.root.request("PUT", where, json=narrowed, headers=tag)
    assert put.json()["entry"] == narrowed
    problem(fleet.root.request("DELETE", where, headers=tag), 412, "match-failed")
    problem(fleet.root.request("DELETE", where), 428, "match-needed")
    tag = fleet.tag("/freezes/year-end")
    assert fleet.root.request("DELETE", where, headers=tag).json() == {"removed": "year-end"}
    problem(fleet.service.vera.get(where), 404, "not-found")
    assert fleet.text == FLEET + "freezes: []\n"
    told = [one["detail"].split(";")[0] for one in fleet.records() if one["outcome"] == "done"]
    assert told == [f"freeze year-end {word}" for word in ("removed", "changed", "added")]


def test_a_freeze_counts_at_once_for_whom_it_names_and_no_longer_than_it_is_there(fleet):
    now = fleet.service.api.context.clock.now().wall
    hour = timedelta(hours=1)
    times = {"from": (now - hour).isoformat(), "to": (now + hour).isoformat()}
    fleet.root.post(f"{V1}/freezes", {"name": "move", **times, "sites": ["paris"]})
    held = closed(fleet)
    assert "frozen by move from" in held["hq-1"]
    assert held["lab-1"] is None
    (shown,) = fleet.service.vera.get(f"{V1}/freezes").json()["freezes"]
    assert (shown["name"], shown["state"]) == ("move", "holds")
    assert patch(fleet, "move", {"sites": None}).status_code == 200
    assert all("frozen by move" in why for why in closed(fleet).values())
    fleet.root.request("DELETE", f"{V1}/freezes/move", headers={"If-Match": "*"})
    assert set(closed(fleet).values()) == {None}


def test_times_that_nobody_changed_stay_as_they_are_written(fleet):
    fleet.path.write_text(FLEET + KEPT)
    entry = fleet.root.get(f"{V1}/freezes/board").json()["entry"]
    assert entry["from"] == "2026-12-18T17:00:00+01:00"
    assert patch(fleet, "board", {"tags": ["vip"]}).status_code == 200
    named = "    name: board\n"
    assert fleet.text == FLEET + KEPT.replace(named, named + "    tags: [vip]\n")
    assert patch(fleet, "board", {"to": "2027-01-05T08:00:00Z"}).status_code == 200
    told = fleet.root.get(f"{V1}/freezes/board").json()["freeze"]
    assert (told["from"], told["to"]) == ("2026-12-18T16:00:00Z", "2027-01-05T08:00:00Z")
    assert "  - from: 2026-12-18T17:00:00+01:00   # Friday\n" in fleet.text
    assert KEPT.splitlines()[-1] in fleet.text


def test_a_freeze_without_a_name_is_shown_and_left_alone(fleet):
    fleet.path.write_text(FLEET + KEPT)
    fleet.root.post(f"{V1}/freezes", YEAR_END)
    pages = [fleet.service.vera.get(f"{V1}/freezes", limit=2).json()]
    pages.append(fleet.service.vera.get(f"{V1}/freezes", limit=2, cursor=pages[0]["next"]).json())
    assert [[one["name"] for one in each["freezes"]] for each in pages] == [
        [None, "board"],
        ["year-end"],
    ]
    turned = fleet.service.vera.get(f"{V1}/freezes", sort="-from").json()["freezes"]
    assert [one["name"] for one in turned] == ["year-end", "board", None]
    assert turned[-1]["state"] == "over"
    problem(fleet.root.get(f"{V1}/freezes/null"), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"from": "2026-12-18"}, "freezes[year-end].from"),
        ({"from": "2026-12-18T17:00:00"}, "an RFC 3339 time"),
        ({"to": "2026-12-18T15:00:00Z"}, "a time after 'from'"),
        ({"sites": ["berlin"]}, "the unknown site 'berlin'"),
        ({"name": "a/b"}, "letters, digits"),
        ({"until": "2027-01-01T00:00:00Z"}, "body/until"),
        ({"to": None}, "body/to"),
        ({"start": "2026-12-18T17:00:00Z"}, "body/start"),
    ],
)
def test_a_freeze_that_the_loader_does_not_take_is_not_written(fleet, body, word):
    told = problem(fleet.root.post(f"{V1}/freezes", YEAR_END | body), 422, "invalid-input")
    assert word in told
    assert fleet.text == FLEET


def test_a_name_is_given_once(fleet):
    fleet.root.post(f"{V1}/freezes", YEAR_END)
    problem(fleet.root.post(f"{V1}/freezes", YEAR_END), 409, "refused")
    problem(patch(fleet, "year-end", {"name": "other"}), 422, "invalid-input")


def test_a_site_that_a_freeze_names_stays(fleet):
    fleet.path.write_text(FLEET.replace("sites:\n", "sites:\n  oslo: {timezone: Europe/Oslo}\n"))
    fleet.root.post(f"{V1}/freezes", YEAR_END | {"sites": ["oslo"]})
    where = "/inventory/sites/oslo"
    gone = fleet.root.request("DELETE", f"{V1}{where}", headers=fleet.tag(where))
    assert "the unknown site 'oslo'" in problem(gone, 422, "invalid-input")


def test_freezes_come_with_an_import(fleet):
    text = "freezes:\n  - {name: board, from: 2026-12-18T17:00:00Z, to: 2027-01-04T08:00:00Z}\n"
    done = fleet.root.post(f"{V1}/inventory/import", {"source": "yaml", "text": text}).json()
    assert done["parts"]["freezes"]["added"]["board"]["from"] == "2026-12-18T17:00:00Z"
    told = fleet.root.get(f"{V1}/freezes/board").json()["freeze"]
    assert datetime.fromisoformat(told["to"]) == datetime(2027, 1, 4, 8, tzinfo=UTC)
    again = fleet.root.post(f"{V1}/inventory/import", {"source": "yaml", "text": text}).json()
    assert again["written"] is False
    nameless = {"source": "yaml", "text": text.replace("name: board, ", "")}
    told = problem(fleet.root.post(f"{V1}/inventory/import", nameless), 422, "invalid-input")
    assert "an entry without a name" in told
