"""A folder of saved files as controllers: the whole of `aprejoin diagnose --from FOLDER`.

FOLDER is one controller, or holds a sub-folder for each. Every file is reported: as what it was
recognized, with how many rows, or why not; no file stops the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac, is_controller_name
from service.domain.observation import ControllerView
from service.errors import InvalidInput
from service.offline.about import FILE, About, read_about
from service.offline.assemble import Found, assemble
from service.offline.recognize import recognize
from service.transcripts.parts import Part

TOO_LARGE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file was taken for; a file with several outputs has several reports.

    Attributes:
        as_: the command, the log kind, or the path of the model; None: not recognized.
        reason: why not, or why it adds nothing.
    """

    file: str
    as_: str | None
    rows: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OfflineController:
    """One controller as its files show it.

    Attributes:
        history: of earlier polls, where files show several.
        error: what is wrong with its `about.yaml`; the files count all the same.
    """

    view: ControllerView
    history: dict[BaseRadioMac, ApHistory] = field(default_factory=dict)
    files: tuple[FileReport, ...] = ()
    error: str | None = None


def read_folder(path: Path) -> tuple[OfflineController, ...]:
    """Every controller of a folder, ordered by name of its folder.

    Raises:
        InvalidInput: there is no such folder.
    """
    if not path.is_dir():
        raise InvalidInput("found no such folder", where=str(path), expected="a folder of files")
    entries = [entry for entry in sorted(path.iterdir()) if not _hidden(entry)]
    folders = [entry for entry in entries if entry.is_dir()]
    own = [one for file in entries if _counts(file) for one in _read(file, path)]
    is_one = (path / FILE).exists() or not folders or any(one.part.as_ for one in own)
    if is_one:
        return (_controller(path, path, own),)
    controllers = tuple(_controller(folder, path, []) for folder in folders)
    strays = tuple(map(_report, own))
    return (replace(controllers[0], files=(*strays, *controllers[0].files)), *controllers[1:])


def _controller(folder: Path, root: Path, read: list[Found]) -> OfflineController:
    """One controller; `read` holds the files of the folder itself where they were read already."""
    about, error = _about(folder)
    files = list(_files(folder))
    done = {one.file for one in read}
    rest = [file for file in files if file.relative_to(root).as_posix() not in done]
    found = [*read, *(one for file in rest for one in _read(file, root))]
    view, history = assemble(_name(folder), found, about, _saved_at(files))
    return OfflineController(view, history, tuple(map(_report, found)), error)


def _about(folder: Path) -> tuple[About, str | None]:
    try:
        return read_about(folder), None
    except InvalidInput as err:
        return About(), str(err)


def _files(folder: Path) -> Iterator[Path]:
    """Every file below, hidden ones left out; links to folders are not followed."""
    for entry in sorted(folder.iterdir()):
        if _hidden(entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)
        elif _counts(entry):
            yield entry


def _counts(entry: Path) -> bool:
    return not entry.is_dir() and entry.name != FILE and not _hidden(entry)


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _name(folder: Path) -> str:
    name = folder.resolve().name
    return name if is_controller_name(name) else "controller"


def _read(file: Path, root: Path) -> list[Found]:
    name = file.relative_to(root).as_posix()
    try:
        return [Found(name, part) for part in recognize(_content(file))]
    except OSError as err:
        why = f"can't be read: {err.strerror or err}"
        return [Found(name, Part(None, 0, reason=why))]


def _content(file: Path) -> bytes:
    """The content, of files of a size that can be some output only."""
    if not file.is_file():
        raise OSError("no file, or a link that leads nowhere")
    if file.stat().st_size > TOO_LARGE:
        raise OSError(f"larger than {TOO_LARGE // 1024 // 1024} MiB")
    return file.read_bytes()


def _saved_at(files: list[Path]) -> datetime:
    """The newest time of modification: all that is known without `about.yaml`."""
    times = [file.stat().st_mtime for file in files if file.is_file()]
    return datetime.fromtimestamp(max(times, default=0.0), UTC)


def _report(found: Found) -> FileReport:
    return FileReport(found.file, found.part.as_, found.part.rows, found.part.reason)
