"""Print the part of requirements.lock that building and running aprejoin takes: no test, no linter.

    python deploy/runtime_lock.py > runtime.lock

For the image. What a package is there for is told by the comments under its pin, so there is no
second lock file that could say something else than the first.
"""  # noqa: INP001 - a script of its own, in no package

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([A-Za-z0-9._-]+)==")
NAME = re.compile(r"[A-Za-z0-9._-]+")
ASKED_FOR_BY = re.compile(r"^ +# +(?:via )?([A-Za-z0-9._-]+)", re.MULTILINE)


def plain(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: str) -> dict[str, str]:
    """Each package's lines: its pin, its hashes, and who asked for it."""
    parts = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    found = ((PIN.match(part), part) for part in parts)
    return {plain(pin.group(1)): part for pin, part in found if pin}


def named(requirements: Iterable[str]) -> Iterator[str]:
    """The names in a list of requirements."""
    for requirement in requirements:
        if name := NAME.match(requirement):
            yield plain(name.group())


def runtime(lock: str, pyproject: str) -> str:
    """The lines of what the project names itself, and of all that this asks for in turn.

    Raises:
        SystemExit: the lock lacks something that the project names.
    """
    project, pins = tomllib.loads(pyproject), entries(lock)
    wanted = {
        *named(project["project"]["dependencies"]),
        *named(project["build-system"]["requires"]),
    }
    if missing := sorted(wanted - pins.keys()):
        raise SystemExit(f"requirements.lock has no pin of {', '.join(missing)}: run `make lock`")
    asked = {
        name: {plain(one) for one in ASKED_FOR_BY.findall(part)} for name, part in pins.items()
    }
    while more := {name for name, by in asked.items() if by & wanted} - wanted:
        wanted |= more
    return "".join(part for name, part in pins.items() if name in wanted)


if __name__ == "__main__":
    told = runtime(
        *((ROOT / name).read_text("utf-8") for name in ("requirements.lock", "pyproject.toml"))
    )
    sys.stdout.write(told)
