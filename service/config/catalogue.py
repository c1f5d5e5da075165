"""The issue catalogue: YAML files, shipped with the package or a user's own, as domain values.

A file holds `issues`, `look_alikes`, `software` or several; `catalogue_form.py` and
`software_form.py` say their keys. An entry of the user's folder with a name that is shipped
replaces the shipped one whole, so that a matrix can be mended without waiting for us.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from service.config.catalogue_form import CatalogueFile
from service.config.yaml_file import InvalidFile, Problem, read_bytes, yaml_root
from service.domain.catalogue import Catalogue
from service.domain.software import SoftwareMatrix

__all__ = ["InvalidFile", "form_of", "load_catalogue", "parse_catalogue"]

NAMES = ("*.yaml", "*.yml")


class _Keyed(Protocol):
    @property
    def key(self) -> object: ...


Entry = TypeVar("Entry", bound=_Keyed)
Form = TypeVar("Form", bound=BaseModel)


def load_catalogue(user_folder: Path | None = None) -> Catalogue:
    """The shipped catalogue, with a user's folder on top.

    Raises:
        InvalidFile: an InvalidInput whose message has one problem a line.
    """
    shipped = _shipped()
    if user_folder is None:
        return shipped
    if not user_folder.is_dir():
        what = "found no such folder"
        raise InvalidFile([Problem(str(user_folder), 0, "", what, "a folder of YAML files")])
    return _over(shipped, _read(sorted(f for name in NAMES for f in user_folder.glob(name))))


def parse_catalogue(data: bytes, path: Path) -> Catalogue:
    """One file's content; `path` says where it came from.

    Raises:
        InvalidFile: everything that is wrong with the file.
    """
    return form_of(CatalogueFile, data, path).to_domain()


def form_of(kind: type[Form], data: bytes, path: Path) -> Form:
    """One file's content in the form of its kind. Raises InvalidFile."""
    root = yaml_root(data, path)
    problems = _repeated_keys(root, path)
    if problems:
        raise InvalidFile(problems)
    try:
        return kind.model_validate(_plain(root))
    except ValidationError as err:
        raise InvalidFile(_problems(err, root, path)) from None


@cache
def _shipped() -> Catalogue:
    """Read once a process: every job of a worker asks for it, and it does not change."""
    folder = Path(str(files("service").joinpath("catalogue")))
    return _read(sorted(folder.glob("*.yaml"), key=_order))


def _order(path: Path) -> tuple[int, str]:
    """FN72524 first: it is the one that most people come for."""
    known = ("FN72524", "FN63942", "CLOCK-SKEW")
    return (known.index(path.stem) if path.stem in known else len(known), path.name)


def _read(paths: Iterable[Path]) -> Catalogue:
    catalogue = Catalogue(())
    problems: list[Problem] = []
    for path in paths:
        try:
            catalogue = _over(catalogue, parse_catalogue(read_bytes(path), path))
        except InvalidFile as err:
            problems.extend(err.problems)
    if problems:
        raise InvalidFile(problems)
    return catalogue


def _over(below: Catalogue, above: Catalogue) -> Catalogue:
    return Catalogue(
        _replaced(below.issues, above.issues),
        _replaced(below.look_alikes, above.look_alikes),
        SoftwareMatrix(
            _replaced(below.software.targets, above.software.targets),
            _replaced(below.software.families, above.software.families),
            _replaced(below.software.troubles, above.software.troubles),
            _replaced(below.software.detours, above.software.detours),
        ),
    )


def _replaced(below: Sequence[Entry], above: Sequence[Entry]) -> tuple[Entry, ...]:
    keys = {entry.key for entry in below}
    mine = {entry.key: entry for entry in above}
    added = [entry for entry in above if entry.key not in keys]
    return (*(mine.get(entry.key, entry) for entry in below), *added)


def _plain(node: yaml.Node) -> object:
    return yaml.SafeLoader("").construct_document(node)


def _repeated_keys(node: yaml.Node, path: Path) -> list[Problem]:
    problems: list[Problem] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                what = f"found the key {key.value!r} again"
                line = key.start_mark.line + 1
                problems.append(Problem(str(path), line, "", what, "every key once"))
            seen.add(key.value)
            problems.extend(_repeated_keys(value, path))
    elif isinstance(node, yaml.SequenceNode):
        problems.extend(found for item in node.value for found in _repeated_keys(item, path))
    return problems


def _problems(err: ValidationError, root: yaml.Node, path: Path) -> list[Problem]:
    found = []
    for error in err.errors(include_url=False):
        line, key = _place(root, error["loc"])
        given = error["input"]
        what = "nothing" if error["type"] == "missing" else f"{given!r:.60}"
        found.append(Problem(str(path), line, key, f"found {what}", _expected(error["msg"])))
    return found


def _expected(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input should be ")


def _place(root: yaml.Node, where: tuple[int | str, ...]) -> tuple[int, str]:
    """The line of the node that a pydantic location leads to, as far as it exists, and its path."""
    node, path = root, ""
    for part in where:
        if isinstance(part, int):
            path += f"[{part}]"
            inner = node.value[part : part + 1] if isinstance(node, yaml.SequenceNode) else []
        else:
            path += f".{part}" if path else part
            inner = _behind(node, part)
        if not inner:
            break
        node = inner[0]
    return node.start_mark.line + 1, path


def _behind(node: yaml.Node, key: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [value for name, value in node.value if name.value == key]
