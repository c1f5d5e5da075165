"""Alert rules and dashboard: every metric in them is one that is told, with the labels it has."""

import json
import re
import shutil
import subprocess
from functools import cache

import pytest
import yaml

from service.telemetry.metrics.catalogue import METRICS
from tests.support.facts import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
RULES, TESTS = FOLDER / "aprejoin.rules.yml", FOLDER / "aprejoin.rules.test.yml"
BOARD = FOLDER / "aprejoin.grafana.json"
USE = re.compile(r"(?<![\w:])(aprejoin_\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
BY = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
OWN = {"instance", "job", "le"}
"""Labels that Prometheus adds, and that of buckets."""


@cache
def rules() -> list[dict]:
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


@cache
def board() -> dict:
    return json.loads(BOARD.read_text())


def panels() -> list[dict]:
    return [one for one in board()["panels"] if one["type"] != "row"]


def of_the_board() -> list[str]:
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*queries, board()["templating"]["list"][1]["query"]["query"]]


def of_the_tests() -> list[str]:
    tests = yaml.safe_load(TESTS.read_text())["tests"]
    return [one["series"] for test in tests for one in test["input_series"]]


SERIES = {name: {*one.labels} for one in METRICS for name in one.series}
QUERIES = [*(rule["expr"] for rule in rules()), *of_the_board(), *of_the_tests()]


@pytest.mark.parametrize("query", QUERIES)
def test_every_metric_is_one_that_is_told_and_is_chosen_by_labels_that_it_has(query):
    named = set()
    for name, chosen in USE.findall(query):
        assert name in SERIES, f"{name} is told by nobody"
        strange = set(LABEL.findall(chosen or "")) - SERIES[name] - OWN
        assert strange == set(), f"{name} has no label {strange}"
        named |= SERIES[name]
    for labels in BY.findall(query):
        strange = set(filter(None, map(str.strip, labels.split(",")))) - named - OWN
        assert strange == set() or not named, f"nothing here has the labels {strange}"


def test_an_alert_names_only_labels_that_its_series_have_and_says_what_to_do():
    alerts = [rule for rule in rules() if "alert" in rule]
    assert len({rule["alert"] for rule in alerts}) == len(alerts)
    for rule in alerts:
        known = {label for name, _ in USE.findall(rule["expr"]) for label in SERIES[name]}
        said = " ".join(rule["annotations"].values())
        assert set(re.findall(r"\$labels\.(\w+)", said)) <= known, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "action"}


def test_what_the_rules_record_is_what_the_board_shows():
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    shown = set(re.findall(r"\baprejoin:[\w:]+", " ".join(of_the_board())))
    assert shown <= recorded


def test_every_metric_but_details_is_watched_by_a_rule_or_shown():
    named = {name for query in QUERIES[: -len(of_the_tests())] for name, _ in USE.findall(query)}
    unwatched = {one.name for one in METRICS if not named & set(one.series)}
    assert unwatched == {
        "aprejoin_controllers_left_out",
        "aprejoin_findings",
        "aprejoin_remediation_oldest_seconds",
        "aprejoin_work_planned",
        "aprejoin_canaries_total",
    }


def test_panels_do_not_lie_on_each_other_and_have_numbers_of_their_own():
    taken = set()
    for one in board()["panels"]:
        place = one["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, one["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({one["id"] for one in board()["panels"]}) == len(board()["panels"])


@pytest.mark.parametrize(
    "words",
    [("check", "rules", RULES.name), ("test", "rules", TESTS.name),
     ("check", "config", "--syntax-only", "prometheus.yml")],
)  # fmt: skip
def test_promtool_finds_nothing_wrong(words):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is missing: deploy/debian-packages.sh fetches it")
    done = subprocess.run(
        [promtool, *words], cwd=FOLDER, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
