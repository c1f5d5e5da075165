"""docs/rest.md, line by line: every call of it is made, in its order, and gets what it says."""

import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from service.api.pages import LIMIT, MOST
from service.api.problems import HTTP_SORTS, NOT_JSON, PREFIX
from service.cli.main import COMMANDS, main
from service.door.guard import LARGEST_BODY_BYTES
from service.door.sorts import INTERNAL, SORTS
from service.ports.tokens import Role
from service.usecases.device_problems import KINDS
from tests.support.fleet_service import FLEET, with_file
from tests.support.guide_calls import V1, Line, calls_of

PATH = Path(__file__).parents[3] / "docs" / "rest.md"
GUIDE = PATH.read_text()


def test_every_call_of_the_guide_is_answered_as_it_says(service, tmp_path):
    (tmp_path / "inventory.yaml").write_text(FLEET.replace("paris", "hq"))
    with_file(service, tmp_path / "inventory.yaml")
    values: dict[str, str] = {}
    for text in calls_of(PATH):
        line = Line.read(text, values)
        answered = line.answered(service.api)
        assert line.statuses, text
        assert line.is_told(answered.status_code), f"{text}: {answered.text}"
        _learn(service, line, answered, values)
    assert values.keys() == {
        *("SWEEP", "FINDING", "MAC", "UNTIL", "PLAN", "DIGEST", "REMEDIATION", "ETAG", "TAG")
    }
    assert service.store.remediations()[0].closed.state == "succeeded"


def _learn(service, line, answered, values):
    """Ids that the next calls have, and the work that goes on meanwhile."""
    is_json = answered.headers["content-type"] == "application/json"
    told = answered.json() if is_json else {}
    match (line.method, line.path.split("/")[1:]):
        case ("POST", ["sweeps"]) if answered.status_code == 202:
            values.setdefault("SWEEP", told["id"])
            service.work()
        case ("POST", ["plans"]):
            values["PLAN"] = told["id"]
            service.work()
        case ("GET", [listed]) if listed.startswith("findings") and "FINDING" not in values:
            finding = told["findings"][0]
            values |= {"FINDING": finding["id"], "MAC": finding["aps"][0]["mac"]}
            now = service.api.context.clock.now().wall
            values["UNTIL"] = (now + timedelta(days=3)).isoformat()
        case ("GET", [("remediations" | "controllers") as kind, _]):
            values["ETAG" if kind == "remediations" else "TAG"] = answered.headers["ETag"]
        case ("GET", ["plans", _]):
            values["DIGEST"] = told["plan"]["digest"]
        case ("POST", ["remediations"]):
            values["REMEDIATION"] = told["id"]
            service.crew.job(service.worker, told["id"])
        case ("POST", ["plans", _, "approve"]):
            service.crew.until_over(service.worker, values["REMEDIATION"])


def test_the_guide_calls_every_kind_of_resource_that_the_api_has(service):
    document = service.nobody.get("/api/openapi.json").json()
    kinds = {path.split("/")[3] for path in document["paths"] if path.startswith(V1)}
    assert kinds == {re.split(r"[/?]", Line.read(text, {}).path)[1] for text in calls_of(PATH)}


def test_every_type_of_problem_is_explained_and_no_other():
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}|-) \|", GUIDE, re.MULTILINE)
    sorts = [*(sort for _, sort in SORTS), *HTTP_SORTS.values(), INTERNAL, NOT_JSON]
    ours = {(sort.name, str(int(sort.status))) for sort in sorts}
    assert sorted(rows) == sorted(ours | {(name, "-") for _, (name, _) in KINDS})
    assert f"`type` after `{PREFIX}`" in GUIDE


def test_roles_limits_and_commands_are_those_of_the_program():
    assert all(f"| `{role.label}` |" in GUIDE for role in Role)
    assert f"`?limit=` ({LIMIT}, at most {MOST})" in GUIDE
    assert LARGEST_BODY_BYTES == 1_000_000
    assert "more than 1 MB" in GUIDE


@pytest.mark.parametrize(
    "call", [line[11:] for line in GUIDE.splitlines() if line.startswith("$ aprejoin ")]
)
def test_every_command_of_the_guide_is_understood(call):
    name, *words = shlex.split(call)
    assert name in COMMANDS
    group = main.get_command(main.make_context("aprejoin", ["token"]), name)
    command = group.get_command(group.make_context(name, [*words]), words[0])
    command.make_context(words[0], words[1:])
