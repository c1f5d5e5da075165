"""docs/itsm.md, "Try it in the lab": its fleet and its commands, as they stand there."""

import re

import pytest
from click.testing import CliRunner

from service.cli.lab import lab as lab_command
from service.lab.fleet import load
from service.lab.lab import Lab
from tests.e2e.stand import Stand
from tests.support.worker_stand import ROOT

GUIDE = (ROOT / "docs" / "itsm.md").read_text()
CHANGE = "CHG0030000"


def block(language):
    """The first block in a language below the heading."""
    _, _, rest = GUIDE.partition("## Try it in the lab\n")
    return re.findall(rf"^```{language}\n(.*?)^```$", rest, re.MULTILINE | re.DOTALL)[0]


def commands():
    """Words of each command; those of `aprejoin` without it."""
    lines = [line.partition("#")[0].split() for line in block("console").splitlines()]
    assert lines[0] == ["aprejoin", "lab", "up", "fleet.yaml"]
    assert lines[1][0] == "export"
    assert {line[0] for line in lines[2:]} == {"aprejoin"}
    return [line[1:] for line in lines[2:]]


def run(stand, words):
    """Exit status of a command, and all that it said."""
    if words[0] == "sweep":
        stand.sweep_until_probable("hq-1")
        return 0, ""
    if words[0] == "lab":
        state = stand.inventory.parent
        told = CliRunner().invoke(lab_command, [*words[1:], "--state-dir", str(state)])
        return told.exit_code, told.output
    ended = stand.run(*words)
    return ended.code, " ".join((ended.out + ended.err).split())


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "fleet.yaml").write_text(block("yaml"))
    with Lab(load(folder / "fleet.yaml"), state_dir=folder / "lab") as lab:
        stand = Stand(lab, folder)
        try:
            said = [(words, *run(stand, words)) for words in commands()]
            yield stand, said
        finally:
            stand.end()


def test_the_commands_of_the_tutorial_say_what_stands_beside_them(story):
    _, said = story
    codes = [(" ".join(words[:3]), code) for words, code, _ in said]
    assert codes == [
        ("sweep", 0),
        ("remediate hq-1 --yes", 1),
        ("tickets --send", 0),
        ("lab desk list", 0),
        ("remediate hq-1 --yes", 1),
        ("lab desk approve", 0),
        ("tickets --send", 0),
        ("remediate hq-1 --yes", 0),
        ("tickets --send", 0),
        ("lab desk list", 0),
    ], said[-3]
    texts = [text for _, _, text in said]
    assert "not opened yet" in texts[1]
    assert f"{CHANGE} New" in " ".join(texts[3].split())
    assert f"{CHANGE} is not approved: New" in texts[4]
    assert f"{CHANGE} Scheduled, approved" in " ".join(texts[5].split())
    assert f"{CHANGE} Closed, approved" in " ".join(texts[9].split())


def test_the_desk_of_the_lab_was_told_every_step_and_nothing_is_left_behind(story):
    stand, _ = story
    change = stand.lab.desk.the_change()
    assert (change["close_code"], change["number"]) == ("successful", CHANGE)
    assert any("set-true-time" in note for note in stand.lab.desk.notes_of(change))
    assert any(name.endswith(".zip") for name in stand.lab.desk.files_of(change))
    assert stand.left_behind("hq-1") == []
    (incident,) = stand.lab.desk.incidents.values()
    assert "FN72524" in incident["short_description"]
    assert stand.lab.desk.secret.encode() not in b"".join(stand.said_and_kept().values())
