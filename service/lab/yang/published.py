"""Modules that the vendor publishes and that are not among those a schema is made of.

Abridged to what is simulated; each says where its names come from. One that a folder of modules has
is taken from there, and one whose imports the folder lacks is left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).with_name("published")
_IMPORT = re.compile(r"^\s*import\s+([\w.-]+)", re.MULTILINE)


def text_of(name: str) -> str | None:
    """The abridged text of a module; None where there is none."""
    path = FOLDER / f"{name}.yang"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def beside(folder: Path) -> Iterator[Path]:
    """What is added to the modules of a folder."""
    for path in sorted(FOLDER.glob("*.yang")):
        needed = _IMPORT.findall(path.read_text(encoding="utf-8"))
        has_all = all((folder / f"{name}.yang").is_file() for name in needed)
        if has_all and not (folder / path.name).is_file():
            yield path
