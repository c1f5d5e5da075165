"""`aprejoin audit`: who did or wanted what, and the proof that nothing was changed in it."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path

import click

from service.cli.edge import command_edge, json_option, people, print_json
from service.cli.standing import store_alone
from service.cli.trail_file import trail_of
from service.config.new_files import new_file
from service.domain.audit import (
    Head,
    Outcome,
    Record,
    canonical,
    moment_text,
    record_document,
)
from service.errors import InvalidInput
from service.ports.audit import Wanted
from service.settings import Settings
from service.usecases.audit import Verdict, every_record, verify, verify_records

BROKEN = 1
NEWEST, MOST = 50, 100_000
HEAD = re.compile(r"([1-9]\d{0,9}):([0-9a-f]{64})")


@click.group("audit")
def audit() -> None:
    """List who did or wanted what, refusals too; prove that nothing was changed; take it along.

    Each record holds the hash of the one before it, and the database refuses to change or delete
    one. Keep the head that `verify` tells somewhere else: only so it shows later that the newest
    records were cut off.
    """


def filters(command: Callable[..., None]) -> Callable[..., None]:
    """A command with options for which records are meant; it gets them as `wanted`."""

    @click.option("--act", help="Only this act, for example plan.approve.")
    @click.option("--who", help="Only what this person or token did.")
    @click.option("--controller", help="Only this controller.")
    @click.option("--digest", help="Only the plan with this digest, whole.")
    @click.option("--about", help='Only about this, for example "remediation 3f2a9c0d1e4b".')
    @click.option("--outcome", type=click.Choice([one.value for one in Outcome]))
    @click.option("--since", metavar="TIME", help="From then on, RFC 3339; without a zone: UTC.")
    @click.option("--until", metavar="TIME", help="Before then.")
    @wraps(command)
    def with_filters(*args: object, since: str | None, until: str | None, **others: object) -> None:
        keys = ("act", "who", "controller", "digest", "about", "outcome")
        texts = {key: others.pop(key) for key in keys}
        wanted = Wanted(
            **{key: None if text is None else str(text) for key, text in texts.items()},
            since=_moment("--since", since),
            until=_moment("--until", until),
        )
        command(*args, wanted=wanted, **others)

    return with_filters


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, MOST), default=NEWEST, show_default=True)
@json_option
@command_edge
@filters
def list_command(wanted: Wanted, limit: int, as_json: bool) -> None:
    """List records, newest first.

    \b
    Examples:
      aprejoin audit list --controller hq-1 --outcome refused
      aprejoin audit list --act plan.approve --since 2026-01-01 --json
    """
    with store_alone(Settings.from_environment()) as context:
        found = context.store.records(wanted, limit=limit)
    if as_json:
        print_json({"audit": [record_document(one) for one in found]})
        return
    for one in found:
        people.print(told(one), markup=False, soft_wrap=True)
    if not found:
        people.print("No such record.")


@audit.command("verify")
@click.option("--from", "source", type=click.Path(path_type=Path), help="An exported file.")
@click.option("--head", metavar="SEQ:HASH", help="A head that was kept: it has to be in the chain.")
@json_option
@command_edge
def verify_command(source: Path | None, head: str | None, as_json: bool) -> None:
    """Follow the chain from its beginning, and name the first record that does not fit.

    \b
    Examples:
      aprejoin audit verify
      aprejoin audit verify --from audit.jsonl

    Exit status: 0 the chain is whole, 1 it is broken, 2 the file cannot be read.
    """
    expected = None if head is None else _head(head)
    if source is not None:
        found = verify_records(trail_of(source), expected)
    else:
        with store_alone(Settings.from_environment()) as context:
            found = verify(context.store, expected)
    _tell(found, as_json=as_json)
    sys.exit(BROKEN if found.broken is not None else 0)


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@command_edge
def export_command(file: Path, as_json: bool) -> None:
    """Write every record to FILE, one JSON object a line, oldest first; FILE must be new.

    `aprejoin audit verify --from FILE` checks it, on any machine and without a database.
    """
    head = Head()
    with store_alone(Settings.from_environment()) as context, new_file(file) as output:
        for record in every_record(context.store):
            output.write(canonical(record_document(record)) + b"\n")
            head = Head(record.seq, record.hash)
    if as_json:
        print_json({"file": str(file), "head": {"seq": head.seq, "hash": head.hash}})
    else:
        people.print(f"{file}: {head.seq} records; head {head.seq}:{head.hash}", soft_wrap=True)


def told(record: Record) -> str:
    """A record in one line."""
    deed = record.deed
    parts = (
        str(record.seq),
        moment_text(record.at)[:19] + "Z",
        deed.who,
        str(deed.act),
        deed.outcome.value,
        deed.controller,
        deed.about,
        deed.digest[:12],
        f"({deed.detail})" if deed.detail else "",
        f"[{deed.caller.place or deed.caller.kind}]",
    )
    return "  ".join(part for part in parts if part)


def _tell(found: Verdict, *, as_json: bool) -> None:
    head, broken = found.head, found.broken
    if as_json:
        told_break = None if broken is None else {"seq": broken.seq, "reason": broken.reason}
        document = {"whole": broken is None, "head": {"seq": head.seq, "hash": head.hash}}
        print_json({**document, "broken": told_break})
    elif broken is None:
        words = f"The chain is whole: {head.seq} records; head {head.seq}:{head.hash}"
        people.print(words, style="bold green", soft_wrap=True)
    else:
        words = f"THE CHAIN IS BROKEN at record {broken.seq}: {broken.reason}"
        people.print(words, style="bold white on red", markup=False, soft_wrap=True)


def _head(text: str) -> Head:
    match = HEAD.fullmatch(text)
    if match is None:
        raise InvalidInput(f"found {text[:80]!r}", where="--head", expected="SEQ:HASH, as `verify`")
    return Head(int(match[1]), match[2])


def _moment(where: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as err:
        expected = "a time such as 2026-01-31T12:00:00Z"
        raise InvalidInput(f"found {text[:40]!r}", where=where, expected=expected) from err
    return found if found.tzinfo else found.replace(tzinfo=UTC)
