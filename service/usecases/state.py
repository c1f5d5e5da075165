"""The state saved into a file, and loaded from one where there is none.

A loaded state is older than the controllers: what was done after the save is not in it. So nothing
goes forward by it. The fleet is halted until a person has looked, every remediation that was open
counts as left by a process that died, and its way home, which looks at the controller first, is
right from whatever it finds.
"""

from service.domain.audit import Act, Caller, Deed
from service.domain.documents import Document, moment
from service.ports.clock import Clock
from service.ports.saved_state import Contents, SaveNote, StateFile, StateSource, StateTarget
from service.ports.steering import Halt


def save(
    source: StateSource, file: StateFile, clock: Clock, *, program: str, secrets_key: str | None
) -> Contents:
    """Write what a database says at this moment into a new file; others go on working.

    Raises:
        NotFound: there is nothing to save.
        InvalidInput: the file is there already, or cannot be written.
        StoreError: the database cannot be read.
    """
    with source.reading() as reading:
        note = SaveNote(
            schema=reading.schema,
            at=clock.now().wall,
            program=program,
            database=reading.database,
            secrets_key=secrets_key,
        )
        return file.write(note, reading.tables)


def load(
    file: StateFile, target: StateTarget, clock: Clock, *, who: str, caller: Caller
) -> Contents:
    """Fill an empty database with what a file says, and halt the fleet; all of it, or nothing.

    Raises:
        InvalidInput: the file is no save, was cut off or harmed, or is of a newer aprejoin.
        Refused: the database is not empty.
        StoreError: the database cannot be written.
    """
    contents = file.check()
    now = clock.now().wall
    said = f"the state of {moment(contents.note.at)} was loaded; what was done since is not in it"
    deed = Deed(Act.STATE_LOAD, who, caller, f"save {contents.sha256[:16]}", detail=said)
    target.fill(contents.note.schema, file.tables(), halt=Halt(who, now, said), deed=deed, at=now)
    return contents


def contents_document(contents: Contents) -> Document:
    """What a save has, for machines."""
    note = contents.note
    return {
        "at": moment(note.at),
        "schema": note.schema,
        "program": note.program,
        "database": note.database,
        "secrets_key": note.secrets_key,
        "rows": dict(contents.rows),
        "sha256": contents.sha256,
    }
