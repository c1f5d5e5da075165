"""What blocks show is what there is: the map of the code, the rules' names, quoted code, policy.

Of docs/architecture.md, docs/diagnosis.md, docs/operating.md and docs/page.md.
"""

import re
from dataclasses import fields
from pathlib import Path

from service.config.catalogue import load_catalogue
from service.domain.diagnosis.verdict import Diagnosis
from service.domain.join_policy import Rule
from service.drivers.paths import contract
from tests.support.guide_table import blocks_of
from tests.support.guides import ROOT, Block

THIS = str(Path(__file__).relative_to(ROOT))
NO_PART = {"__init__.py", "__pycache__"}


def of_document(name: str) -> Block:
    (found,) = [one for one in blocks_of(THIS) if one.place.startswith(f"docs/{name}.md:")]
    return found


def test_the_map_of_the_code_has_every_part_and_no_other():
    shown: set[str] = set()
    above: dict[int, str] = {}
    for line in of_document("architecture").text.splitlines():
        depth = len(line) - len(line.lstrip())
        names = re.findall(r"(?<!\S)(\w+(?:/|\.py))(?=\s|$)", re.split(r"\s{2,}", line.strip())[0])
        within = above.get(depth - 2, "") if depth else ""
        shown |= {within + name for name in names}
        above[depth] = within + names[0]
    assert {name for name in shown if not (ROOT / name).exists()} == set()
    parts = {
        f"service/{path.name}{'/' if path.is_dir() else ''}"
        for path in (ROOT / "service").iterdir()
        if path.name not in NO_PART
    }
    assert parts - shown == set()


def test_the_way_of_a_diagnosis_names_rules_issues_and_results_that_there_are():
    text = of_document("diagnosis").text
    folder = ROOT / "service" / "domain" / "diagnosis"
    (module, function) = re.findall(r"(\w+)\.(\w+) ", text)[0]
    assert f"def {function}(" in (folder / f"{module}.py").read_text()
    rules = dict(re.findall(r"^ {8}(\w+) +([A-Z][\w-]+)$", text, re.MULTILINE))
    assert all((folder / f"{rule}.py").is_file() for rule in rules)
    assert sorted(rules.values()) == sorted(issue.name for issue in load_catalogue().issues)
    (results,) = re.findall(r"Diagnosis\(([^)]+)\)", text)
    assert results.split(", ") == [one.name for one in fields(Diagnosis)]


def test_what_is_typed_to_accept_expired_certificates_is_what_the_contract_types():
    edit = contract("iosxe").edits.join_policy
    grant = edit.grants[Rule.ALLOW_EXPIRED_MANUFACTURING]
    typed = edit.set.format(name=grant.name, issuer=grant.issuer)
    assert of_document("operating").text.strip() == typed.strip()


def test_quoted_code_is_that_of_the_file_that_it_is_quoted_from():
    quoted = ROOT / "service" / "web" / "schedules.py"
    assert of_document("page").text in quoted.read_text(), "quote it anew in docs/page.md"


def test_the_readme_has_the_same_pressed_as_the_tutorial():
    _, _, tutorial = (ROOT / "docs" / "tutorial.md").read_text().partition("## 8. The same in the")
    _, _, readme = (ROOT / "README.md").read_text().partition("\n## Ten minutes")
    pressed = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
    assert pressed.findall(readme.partition("\n## ")[0]) == pressed.findall(tutorial)
