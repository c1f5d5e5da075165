"""What the documents tell people to type is typed: commands against one lab, lines into its boxes.

Blocks are marked `run` or `box` (tests/support/guides.py). The night's controller is called hq-2
here, so that it is stuck by itself.
"""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from service.lab.fleet import from_mapping, load
from service.lab.lab import Lab
from tests.e2e.stand import Stand
from tests.e2e.test_trouble import STRANGER
from tests.support.guides import Block, commands, of
from tests.support.patience import PATIENCE_S

RAN = ("docs/night.md", "docs/tutorial.md")
NIGHT = {"hq-1": "hq-2"}
ENDS = {"sweep": {0, 3}}
"""Exit statuses beside 0; which it is, the tests below say."""


def blocks(document, mark):
    return [one for one in of("console", "text", mark=mark) if one.place.startswith(document)]


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """Everything that was run: (document, words, exit status, what it said), and the stand."""
    folder = tmp_path_factory.mktemp("lesson")
    (fleet,) = [one for one in of("yaml", mark="as lab") if one.place.startswith("docs/tutorial")]
    content = yaml.safe_load(fleet.text)
    content["controllers"].append({**content["controllers"][0], "name": "hq-2"})
    said = []
    with Lab(from_mapping(content), state_dir=folder / "lab") as lab:
        stand = Stand(lab, folder)
        try:
            for document in RAN:
                for block in blocks(document, "run"):
                    said += [(document, *told) for told in _run(stand, document, block)]
            yield stand, said
        finally:
            stand.end()


def _run(stand: Stand, document: str, block: Block):
    for words in commands(block):
        assert words[0] == "aprejoin", f"{block}: only our own commands are run"
        named = [NIGHT.get(word, word) if "night" in document else word for word in words[1:]]
        if "REMEDIATION" in named:
            newest = stand.run("runs", "--json").document["remediations"][0]["id"]
            named = [word.replace("REMEDIATION", newest) for word in named]
        if named[0] == "plan":
            stand.sweep_until_probable(named[1])  # however slow this machine is
        ended = stand.run(*named)
        assert ended.code in ENDS.get(named[0], {0}), f"{block}: {named}: {ended.out}{ended.err}"
        yield named, ended.code, " ".join((ended.out + ended.err).split())


@pytest.mark.parametrize("document", RAN)
def test_the_controller_of_the_lesson_is_mended_and_nothing_is_left(lesson, document):
    stand, said = lesson
    told = [(words, code, text) for where, words, code, text in said if where == document]
    (mended,) = [text for words, _, text in told if words[0] == "remediate"]
    assert "succeeded" in mended
    sweeps = [code for words, code, _ in told if words[0] == "sweep"]
    assert sweeps[-1] == 0, "after it nobody is stuck"
    name = "hq-1" if "tutorial" in document else "hq-2"
    assert stand.left_behind(name) == []
    assert any(words[:2] == ["report", "verify"] for words, _, _ in told)


def test_every_block_that_says_it_is_run_is_run():
    unrun = [str(one) for one in of("console", mark="run") if not one.place.startswith(RAN)]
    assert unrun == [], "name its document in RAN"


# -- by hand -----------------------------------------------------------------------------------

BREAK_GLASS = "docs/break-glass.md"
BOXES = {
    "lab": {"timings": {"ntp_settle_s": 0.5}},
    "controllers": [
        {
            "name": "hq-1",
            "release": "17.9.1",
            "ntp": [{"host": "192.0.2.1", "prefer": True}, {"host": "192.0.2.2"}],
            "aps": [],
        },
        {
            "name": "wlc-1",
            "platform": "aireos",
            "release": "8.5.161.0",
            "ntp": [{"host": "192.0.2.1"}, {"host": "ntp.example.net"}],
            "aps": [],
        },
    ],
}
WITH_ANSWERS = 3
"""So many of what is looked at first say something on a box as it was; no applet is there."""
TYPED = re.compile(r"^(?:hq-1(?P<config>\(config\))?# |\(Cisco Controller\) >)(?P<line>.+)$")


@pytest.fixture
def boxes(tmp_path):
    with Lab(from_mapping(BOXES), state_dir=tmp_path / "lab") as lab:
        yield {"iosxe": lab.box("hq-1"), "aireos": lab.wlc("wlc-1")}


def _type(box, platform, what):
    """Type the lines of one block; where a time belongs, the true one."""
    (block,) = blocks(BREAK_GLASS, f"box {platform} {what}")
    said = []
    for typed in map(TYPED.match, block.text.splitlines()):
        now = datetime.now(UTC)
        line = typed["line"].replace(
            "HH:MM:SS DAY MON YEAR", f"{now:%H:%M:%S} {now.day} {now:%b %Y}"
        )
        line = line.replace("MM/DD/YY HH:MM:SS", f"{now:%m/%d/%y %H:%M:%S}")
        mode = "config:" if platform == "iosxe" and typed["config"] else ""
        answer = box.cli(mode + line)
        assert "Invalid" not in answer, f"{line}: {answer}"
        assert "Incorrect" not in answer, f"{line}: {answer}"
        said.append(answer)
    return said


@pytest.mark.parametrize("platform", ["iosxe", "aireos"])
def test_a_controller_is_sent_into_the_past_and_brought_home_by_hand(boxes, platform):
    box = boxes[platform]
    assert all(_type(box, platform, "look")[:WITH_ANSWERS])
    _type(box, platform, "away")
    assert box.clock_offset_s < -timedelta(days=365).total_seconds()
    assert box.left_dirty() != []
    _type(box, platform, "home")
    ends = time.monotonic() + PATIENCE_S
    while box.left_dirty() and time.monotonic() < ends:
        time.sleep(0.1)  # NTP follows its servers again
    assert box.left_dirty() == []
    assert abs(box.clock_offset_s) < 2


def test_the_switches_of_the_certificate_policy_are_turned_by_hand(boxes):
    _type(boxes["aireos"], "aireos", "policy")
    assert any("cert-expiry-ignore" in line for line in boxes["aireos"].left_dirty())


# -- the lab in a test ---------------------------------------------------------------------------


def test_the_python_of_the_guide_of_the_lab_runs_as_it_stands(tmp_path):
    (guide,) = [one for one in of("python") if one.place.startswith("docs/lab.md")]
    (tmp_path / "fleet.yaml").write_text(yaml.safe_dump(BOXES))
    given = {"Lab": Lab, "load": load, "path": tmp_path / "fleet.yaml"}
    given |= {"tmp_path": tmp_path / "lab", "xml": STRANGER, "said": []}
    more = guide.text + "    said += box.log\n"
    exec(compile(more, guide.place, "exec", dont_inherit=True), given)  # noqa: S102 - our own guide
    assert [one.kind for one in given["said"]] == ["edit", "edit", "cli", "reload"]
