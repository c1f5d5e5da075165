import re
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from typing import get_args

import pytest

from service.config.catalogue import InvalidFile, load_catalogue, parse_catalogue
from service.config.catalogue_form import Signs
from service.domain.catalogue import SIGN_FIELDS
from service.domain.observation import ApSighting, Platform
from service.domain.releases import Release
from service.domain.software import Support
from tests.support.facts import ROOT

PATH = Path("mine.yaml")
GOOD = """
issues:
  - name: MY-1
    title: Something of our own
    cause: image-certificate
    platforms: [iosxe]
    models: ['27\\d2']
    certificates:
      - {name: own, not_before: 2020-01-01T00:00:00Z, not_after: 2030-01-01T00:00:00Z}
    signatures:
      - {pattern: 'boom', proves: true, says: it went boom}
    fixed:
      - {platform: iosxe, rule: '>=17.9.3', patches: ['CSC\\w+']}
    strategies: [clock-window]
    sources: [ourselves]
"""


def problem_of(text):
    with pytest.raises(InvalidFile) as caught:
        parse_catalogue(dedent(text).encode(), PATH)
    (problem,) = caught.value.problems
    return problem


def line_of(text, needle):
    return text[: text.index(needle)].count("\n") + 1


def test_a_file_becomes_domain_values():
    issue = parse_catalogue(GOOD.encode(), PATH).get("MY-1")
    assert issue.affects("AIR-CAP2702E-E-K9")
    assert issue.ends[0].not_after.isoformat() == "2030-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("good", "bad", "key", "expected"),
    [
        ("cause: image", "cause: black-magic #", "issues[0].cause", "image-certificate"),
        ("'27\\d2'", "'27[d2'", "issues[0].models[0]", "regular expression"),
        ("'>=17.9.3'", "'from 17.9'", "issues[0].fixed[0].rule", "release rule"),
        ("2030-01-01T00:00:00Z", "someday", "issues[0].certificates[0].not_after", "datetime"),
        ("[clock-window]", "[prayer]", "issues[0].strategies[0]", "clock-window"),
        ("title: S", "titel: S", "issues[0].titel", "permitted"),
        ("title: Some", "title: 5 #", "issues[0].title", "text"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_key_and_what_was_expected(good, bad, key, expected):
    text = GOOD.replace(good, bad)
    with pytest.raises(InvalidFile) as caught:
        parse_catalogue(text.encode(), PATH)
    problem = next(one for one in caught.value.problems if one.path == key)
    assert problem.file == "mine.yaml"
    assert problem.line == line_of(text, bad)
    assert expected in problem.expected


def test_a_missing_key_is_told_at_its_entry():
    text = GOOD.replace("    sources: [ourselves]\n", "")
    problem = problem_of(text)
    assert (problem.path, problem.what) == ("issues[0].sources", "found nothing")


def test_a_key_that_stands_twice_is_refused():
    problem = problem_of("issues: []\nlook_alikes: []\nissues: []\n")
    assert (problem.line, problem.what) == (3, "found the key 'issues' again")


def test_every_problem_of_a_file_is_told_at_once():
    text = GOOD.replace("cause: image", "cause: bad #").replace("'>=17.9.3'", "'x'")
    with pytest.raises(InvalidFile) as caught:
        parse_catalogue(text.encode(), PATH)
    assert len(caught.value.problems) == 2


def test_a_sign_of_an_unknown_field_is_refused():
    text = """
    look_alikes:
      - name: x
        title: x
        platforms: [iosxe]
        signs: {mood: [bad]}
        sources: [x]
    """
    assert "dtls_failure" in problem_of(text).expected


def test_the_form_knows_every_field_that_signs_may_name():
    assert set(get_args(get_args(Signs)[0])) == set(SIGN_FIELDS)
    assert set(SIGN_FIELDS) <= {one.name for one in fields(ApSighting)}


def test_a_users_folder_adds_and_replaces(tmp_path):
    mine = GOOD + GOOD.replace("issues:\n", "").replace("MY-1", "FN72524")
    (tmp_path / "mine.yaml").write_text(mine)
    catalogue = load_catalogue(tmp_path)
    assert catalogue.names == ("FN72524", "FN63942", "CLOCK-SKEW", "MY-1")
    assert catalogue.get("FN72524").title == "Something of our own"
    assert catalogue.look_alikes == load_catalogue().look_alikes


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidFile, match="found no such folder"):
        load_catalogue(tmp_path / "nowhere")


SOFTWARE = """
software:
  releases:
    - platform: iosxe
      release: 17.3.6
      from: ['~17.3']
      patches: [{name: APSP9, file: CSCxx00000, closes: [CSCxx00000], source: ourselves}]
      source: ourselves
  access_points:
    - name: ours
      platform: iosxe
      models: ['9999']
      supported: [{rule: '>=17.3', source: seen in our lab}]
  troubles:
    - name: T
      title: t
      platform: iosxe
      models: ['9999']
      releases: ['~17.3']
      advice: a
      source: b
  detours:
    - {platform: iosxe, from: '~17.3', to: '>=17.12', models: ['9999'], source: ourselves}
"""


def test_a_users_software_adds_to_the_shipped_and_replaces_what_has_the_same_name(tmp_path):
    (tmp_path / "mine.yaml").write_text(SOFTWARE)
    mine, shipped = load_catalogue(tmp_path).software, load_catalogue().software
    (base,) = (one for one in mine.targets if str(one.release) == "17.3.6")
    assert [patch.name for patch in base.patches] == ["APSP9"]
    assert len(mine.targets) == len(shipped.targets)
    assert len(mine.families) == len(shipped.families) + 1
    at = Release.parse("17.9.1")
    assert mine.support(Platform.IOSXE, at, "C9999I") is Support.YES
    assert shipped.support(Platform.IOSXE, at, "C9999I") is Support.UNKNOWN


def test_the_example_of_the_guide_makes_known_what_was_unknown(tmp_path):
    guide = (ROOT / "docs" / "software.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "mine.yaml").write_text(example)
    at, model = Release.parse("8.10.183.0"), "AIR-CAP1572EAC-E-K9"
    assert load_catalogue().software.support(Platform.AIREOS, at, model) is Support.UNKNOWN
    assert load_catalogue(tmp_path).software.support(Platform.AIREOS, at, model) is Support.YES


@pytest.mark.parametrize(
    ("good", "bad", "key", "expected"),
    [
        ("release: 17.3.6", "release: newest", "software.releases[0].release", "not a release"),
        ("release: 17.3.6", "release: 17.3", "software.releases[0].release", "text"),
        ("from: ['~17.3']", "from: [17.3.x or so]", "software.releases[0].from[0]", "rule"),
        ("models: ['9999']", "models: []", "software.access_points[0].models", "at least 1"),
        ("source: seen in", "sauce: seen in", "software.access_points[0].supported[0]", ""),
        ("to: '>=17.12'", "to: later", "software.detours[0].to", "release rule"),
        ("      title: t\n", "", "software.troubles[0].title", ""),
    ],
)
def test_what_is_wrong_with_software_is_told_too(good, bad, key, expected):
    with pytest.raises(InvalidFile) as caught:
        parse_catalogue(SOFTWARE.replace(good, bad, 1).encode(), PATH)
    assert any(
        one.path.startswith(key) and expected in one.expected for one in caught.value.problems
    )


def test_every_line_of_the_shipped_software_has_a_source():
    shipped = load_catalogue().software
    claims = [c for f in shipped.families for c in (*f.supported, *f.unsupported)]
    lines = (*shipped.targets, *shipped.troubles, *shipped.detours, *claims)
    patches = [patch for target in shipped.targets for patch in target.patches]
    assert lines
    assert all(line.source for line in (*lines, *patches))
