"""The file of a save: what is written is read again; what was cut or changed is refused."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.config.state_file import StateArchive
from service.errors import InvalidInput
from service.ports.saved_state import Contents, SavedTable, SaveNote

NOTE = SaveNote(14, datetime(2026, 11, 22, tzinfo=UTC), "0.1.0", "sqlite", "file:/etc/key")
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=4)
TABLES = st.dictionaries(st.text(min_size=1), ROWS, max_size=4)
_numbers = count()


def written(folder: Path, tables: dict) -> StateArchive:
    archive = StateArchive(folder / f"{next(_numbers)}.state")
    archive.write(NOTE, (SavedTable(name, ("a", "b"), rows) for name, rows in tables.items()))
    return archive


@settings(max_examples=30)
@given(tables=TABLES)
def test_what_is_written_is_what_is_read(tmp_path_factory, tables):
    archive = written(tmp_path_factory.getbasetemp(), tables)
    contents = archive.check()
    assert contents.note == NOTE
    assert contents.rows == {name: len(rows) for name, rows in tables.items()}
    read = {one.name: (one.columns, list(one.rows)) for one in archive.tables()}
    assert read == {name: (("a", "b"), rows) for name, rows in tables.items()}


def test_only_its_owner_reads_it_and_it_replaces_nothing(tmp_path):
    path = tmp_path / "it.state"
    StateArchive(path).write(NOTE, ())
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InvalidInput, match="there already"):
        StateArchive(path).write(NOTE, ())


@settings(max_examples=60)
@given(data=st.data())
def test_a_part_of_it_or_one_with_another_bit_is_refused(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    whole = written(folder, {"leases": [("hq-1", 7)]})
    path = folder / f"{next(_numbers)}.state"
    path.write_bytes(data.draw(st.sampled_from([cut, flipped]))(whole, data.draw))
    assert read_or_refused(path) in (None, whole.check())  # some bits of gzip's heading say nothing


def read_or_refused(path: Path) -> Contents | None:
    try:
        return StateArchive(path).check()
    except InvalidInput:
        return None


def cut(whole: StateArchive, draw) -> bytes:
    packed = whole._path.read_bytes()
    return packed[: draw(st.integers(0, len(packed) - 9))]


def flipped(whole: StateArchive, draw) -> bytes:
    packed = bytearray(whole._path.read_bytes())
    packed[draw(st.integers(0, len(packed) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(packed)


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b"])
def test_what_is_no_save_is_refused_with_what_was_expected(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(InvalidInput, match="expected a file that `aprejoin state save` wrote"):
        StateArchive(tmp_path / "x").check()
