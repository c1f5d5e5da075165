"""Somebody who types what the guides say: each block in a folder that holds what it speaks of.

Names that stand for somebody's own are replaced by what is there (`NAMES`); nothing else is.
"""

import os
import pty
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.stand import COMMAND, Finished, Running, Stand, environment
from tests.support.facts import ROOT
from tests.support.guides import Block, commands

CASE = ROOT / "tests" / "corpus" / "iosxe" / "17.9" / "image-loop" / "reply"
OF_A_REMEDIATION = ("3f2a9c0d1e4b", "REMEDIATION")
HEAD = "200:5c1e…"
DONE_ELSEWHERE: Mapping[tuple[str, ...], str] = {
    ("make",): ".ci/run",
    ("init", "--netbox"): "tests/unit/config/test_registers.py",
    ("files", "images/", "--serve"): "tests/integration/test_file_serving.py",
    ("serve",): "tests/integration/test_serve.py",
    ("worker",): "tests/integration/test_standing_commands.py",
    ("beat",): "tests/integration/test_standing_commands.py",
    ("listen",): "tests/integration/test_listening.py",
    ("lab", "up"): "tests/contract/lab/test_lab_command.py",
    ("lab", "desk"): "tests/e2e/test_desk_tutorial.py",
}
"""What begins so is run there: it stands for long, has an address of its own, or a neighbour."""
ENDS: Mapping[tuple[str, ...], frozenset[int]] = {
    ("sweep",): frozenset({0, 3}),
    ("diagnose",): frozenset({0, 3}),
    ("remediate",): frozenset({0, 5}),  # 5: nothing to do, once the README has mended it
    ("tickets", "-i", "inventory.yaml", "--retry"): frozenset({2}),  # no message 17 is dead here
    ("sweep", "hq-1", "-i", "inventory.yaml", "--watch"): frozenset({1}),  # ended by Ctrl-C
}
"""Exit statuses of what begins so; the longest counts. Everything else ends with 0."""


@dataclass(frozen=True, slots=True)
class Told:
    """One command as it was typed, and what came of it."""

    block: Block
    words: tuple[str, ...]
    ended: Finished

    @property
    def text(self) -> str:
        return " ".join((self.ended.out + self.ended.err).split())

    @property
    def is_as_told(self) -> bool:
        return self.ended.code in _longest(ENDS, self.words, frozenset({0}))


def _longest(table: Mapping[tuple[str, ...], Any], words: Sequence[str], other: Any) -> Any:
    """The value of the longest key with which the words begin."""
    found = [key for key in table if tuple(words[: len(key)]) == key]
    return table[max(found, key=len)] if found else other


@dataclass
class Typist:
    """Types the commands of blocks, each distinct command once.

    Attributes:
        told: what was typed so far, with its outcome.
        elsewhere: commands that another test runs: (block, words, that test).
    """

    stand: Stand
    told: list[Told] = field(default_factory=list)
    elsewhere: list[tuple[Block, tuple[str, ...], str]] = field(default_factory=list)
    _typed: set[tuple[str, ...]] = field(default_factory=set)

    def type(self, block: Block, *, again: bool = False) -> None:
        """All of a block, in a folder of its own. `again`: also what was typed before."""
        folder = self.stand.folder / f"block-{len(list(self.stand.folder.glob('block-*')))}"
        self._lay_out(folder, block.text)
        for line in commands(block):
            words = tuple(self._named(word, folder) for word in line)
            program, rest = Path(words[0]).name, words[1:]
            if program == "$EDITOR":
                self._fill_in(folder)
                continue
            known = rest if program == "aprejoin" else (program, *rest)
            test = _longest(DONE_ELSEWHERE, known, None)
            if test is not None:
                self.elsewhere.append((block, known, test))
            elif again or known not in self._typed:
                assert program == "aprejoin", f"{block}: only our own commands are typed"
                self._typed.add(known)
                self.told.append(Told(block, known, self._end(known, folder)))
                if known[0] == "init":
                    self._fill_in(folder)
                if known[:2] == ("campaign", "begin"):  # the next example is another one
                    (begun, *_) = self._asked(folder, "campaign", "list")["campaigns"]
                    self._must(folder, "campaign", "cancel", begun["id"])

    # -- what a block finds in its folder ------------------------------------------------------

    def _lay_out(self, folder: Path, text: str) -> None:
        folder.mkdir()
        (folder / "backup").mkdir()
        (folder / "images").mkdir()
        (folder / "lab").symlink_to(self.stand.inventory.parent)
        shutil.copytree(CASE, folder / "case-4711")
        if "aprejoin init" not in text:
            self._fill_in(folder)
        made: dict[str, Callable[[], tuple[str, ...]]] = {
            "audit.jsonl": lambda: ("audit", "export", "audit.jsonl"),
            "aprejoin-monday.state": lambda: ("state", "save", "backup/aprejoin-monday.state"),
        }
        makes = ("audit export", "state save")
        for name, how in made.items():
            if name in text and not any(make in text for make in makes):
                self._must(folder, *how())

    def _fill_in(self, folder: Path) -> None:
        """An inventory with the lab's controllers, sites, tags and two chats."""
        content = yaml.safe_load(self.stand.inventory.read_text())
        for one in content["controllers"]:
            one |= {"site": "hq", "tags": ["production"]}
        content["sites"] = {"hq": {"timezone": "Europe/Paris"}}
        content["notify"] = {
            "channels": {"noc": "env:NOC_CHAT_URL", "oncall": "env:NOC_CHAT_URL"},
            "rules": [{"name": "alarms", "to": ["noc", "oncall"], "about": ["needs-attention"]}],
        }
        (folder / "inventory.yaml").write_text(yaml.safe_dump(content))

    def _named(self, word: str, folder: Path) -> str:
        """A word with what it stands for here."""
        if word.startswith("/backup/"):
            return word.removeprefix("/")
        if word in OF_A_REMEDIATION:
            return str(self._asked(folder, "runs")["remediations"][0]["id"])
        if word == HEAD:
            head = self._asked(folder, "audit", "verify")["head"]
            return f"{head['seq']}:{head['hash']}"
        return word.replace("DIR/", "lab/")

    # -- typing --------------------------------------------------------------------------------

    def _start(self, words: Sequence[str], folder: Path) -> Running:
        state = folder / "empty" if words[:2] == ("state", "load") else self.stand.state
        return self.stand.start(*words, as_typed=True, cwd=folder, state=state)

    def _end(self, words: tuple[str, ...], folder: Path) -> Finished:
        """Type it; answer it, interrupt it, or keep what it prints, as its reader would."""
        if ">" in words:
            at = words.index(">")
            ended = self._start(words[:at], folder).finish()
            (folder / words[at + 1]).write_text(ended.out)
            return ended
        if words[0] == "remediate" and "--yes" not in words:
            return self._at_a_terminal(words, folder)
        running = self._start(words, folder)
        if "--watch" in words:
            running.until("hq-1")
            running.signal(signal.SIGINT)
        return running.finish()

    def _at_a_terminal(self, words: tuple[str, ...], folder: Path) -> Finished:
        """A command that asks, if there is something to do: somebody is there and says yes."""
        ours, theirs = pty.openpty()
        out, err = folder / "asked.out", folder / "asked.err"
        settings = environment(self.stand.folder, self.stand.state) | self.stand.settings
        os.write(ours, b"y\n")
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [COMMAND, *words], stdin=theirs, stdout=stdout, stderr=stderr, cwd=folder,
                env=settings,
            )  # fmt: skip
        try:
            return Running(process, out, err).finish()
        finally:
            os.close(ours)
            os.close(theirs)

    def _asked(self, folder: Path, *words: str) -> Any:
        return self._must(folder, *words, "--json").document

    def _must(self, folder: Path, *words: str) -> Finished:
        ended = self._start(words, folder).finish()
        assert ended.code == 0, f"{words}: {ended.err}"
        return ended


def verbs(block: Block) -> Iterator[str]:
    """What its commands of ours are called."""
    return (words[1] for words in commands(block) if Path(words[0]).name == "aprejoin")
