"""The documents: every fenced block, link and command in them, and how a block says what it is.

A comment in the line above a block says what its language does not:

    <!-- doc: run -->             tests/e2e/test_tutorial.py runs it, command by command
    <!-- doc: box PLATFORM N -->  tests/e2e/test_tutorial.py types it into a simulated controller
    <!-- doc: in FILE -->         that test runs it
    <!-- doc: as lab -->          YAML or JSON of another kind than usual: see `test_blocks.py`
    <!-- doc: part -->            a piece that stands in no file alone: it is parsed, no more
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OTHERS = ("README.md", "CHANGELOG.md", "deploy/many-machines.md", "deploy/kubernetes/README.md")
JOINING = ("&&", "||", "|", ";", "&")
_BLOCK = re.compile(
    r"(?:^<!-- doc: (?P<mark>[^\n]+?) -->\n)?^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        place: the file and the line.
        mark: what the comment above it says.
    """

    place: str
    language: str
    mark: str
    text: str

    def __str__(self) -> str:
        return self.place


@cache
def documents() -> tuple[Path, ...]:
    """Every document of ours, the generated ones too."""
    others = [ROOT / name for name in OTHERS]
    return (*others, *sorted((ROOT / "docs").rglob("*.md")))


@cache
def blocks() -> tuple[Block, ...]:
    return tuple(
        Block(_place(path, text, found.start("text")), found["language"], found["mark"] or "", body)
        for path in documents()
        for text in (path.read_text(),)
        for found in _BLOCK.finditer(text)
        for body in (found["text"],)
    )


def of(*languages: str, mark: str = "") -> list[Block]:
    """The blocks of some languages whose mark begins so; of any mark, where none is said."""
    return [one for one in blocks() if one.language in languages and one.mark.startswith(mark)]


def _place(path: Path, text: str, at: int) -> str:
    return f"{path.relative_to(ROOT)}:{text[:at].count(chr(10)) + 1}"


def prose(path: Path) -> str:
    """A document without its blocks."""
    return _BLOCK.sub("", path.read_text())


def links(path: Path) -> list[str]:
    """Where a document leads, but for the web."""
    found = _LINK.findall(_INLINE.sub("", prose(path)))
    return [one for one in found if not one.startswith(("http://", "https://", "mailto:"))]


def anchors(path: Path) -> set[str]:
    """The anchors that its headings have, as forges make them."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", prose(path), re.MULTILINE)
    found: set[str] = set()
    for heading in headings:
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 1
        while slug in found:
            slug, number = f"{slug.removesuffix(f'-{number - 1}')}-{number}", number + 1
        found.add(slug)
    return found


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each command of a shell block, without its comments and redirections."""
    for line in command_lines(block):
        words: list[str] = []
        for word in (*shlex.split(line, comments=True), "&&"):
            if word not in JOINING:
                words.append(word)
            elif words:
                yield words
                words = []


def command_lines(block: Block) -> list[str]:
    """Each command line; where prompts are shown, the others are output."""
    lines = block.text.replace("\\\n", " ").splitlines()
    prompted = [line[2:] for line in lines if line.startswith("$ ")]
    return prompted or [line for line in lines if line.strip()]


def inline_commands(path: Path) -> list[str]:
    """`aprejoin ...` in the middle of a sentence."""
    found = (" ".join(one.split()) for one in _INLINE.findall(prose(path)))
    return [one for one in found if one.startswith("aprejoin ")]
