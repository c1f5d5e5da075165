"""Catalyst 9800s on which workers die over new software: the files, the boxes, and what is judged.

A box is right on the set that it was committed to or on the one that was meant, and never between;
no order was given twice, whoever came next; and no AP that served is without service.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha512
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from service.lab.images import make
from tests.support.crash_points import Point
from tests.support.worker_stand import Ending, WorkerStand, box

OLD, OLD_APSP = "17.3.6", "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
NEW, NEW_APSP = "17.9.2", "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
BEFORE, BEFORE_IMAGE = "17.9.1", "C9800-L-universalk9_wlc.17.09.01.SPA.bin"
NEW_IMAGE = "C9800-L-universalk9_wlc.17.09.02.SPA.bin"
IW = [{"kind": "healthy"}, {"kind": "looping", "model": "IW3702-2E-UXK9"}]

POINTS = {
    "soft-fetch": Point("fetch-apsp", "sent"),
    "soft-add": Point("add-apsp", "sent"),
    "soft-activate": Point("activate-apsp", "sent"),
    "soft-health": Point("health", "sent"),
    "soft-commit": Point("commit-apsp", "sent"),
    "base-activate": Point("activate-base", "sent"),
    "base-commit": Point("commit-base", "sent"),
    "base-return": Point("activate-former", "sent"),
}
"""The last three over a release that comes before its patch: the controller reloads."""
RELEASES = {
    "soft-fetch": OLD,
    "soft-add": NEW,
    "soft-activate": NEW,
    "soft-health": NEW,
    "soft-commit": NEW,
    "base-activate": BEFORE,
    "base-commit": BEFORE,
    "base-return": BEFORE,
}
FILES = {
    OLD: (OLD_APSP,),
    NEW: (NEW_APSP,),
    BEFORE: (NEW_IMAGE, NEW_APSP, BEFORE_IMAGE),
}
MEANT = {
    OLD: "17.3.6 + CSCwe10047",
    NEW: "17.9.2 + CSCwd87612",
    BEFORE: "17.9.2 + CSCwd87612",
}
TIMINGS = {"soft-fetch": {"copy_s": 5.0}}
ASKED = {"issue": "FN72524", "strategy": "fixed-software"}
REFUSED = [{"kind": "op_fail", "rpc": "activate", "nth": 2, "percent": 40}]
"""The patch fails, once the release before it is committed."""
RELOADS = {**ASKED, "accept_reload": True, "accept_stranded": True, "save_pending": True}


def asked(name: str) -> dict[str, Any]:
    """What its plan is asked for with."""
    return RELOADS if RELEASES[name] == BEFORE else ASKED


def software_box(name: str) -> dict[str, Any]:
    release = RELEASES[name]
    made = box(name, release=release, cli=True, timings=TIMINGS.get(name, {}))
    made |= {} if release == OLD else {"aps": IW}
    return made | ({"faults": REFUSED} if name == "base-return" else {})


# -- the files ---------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder with every file and its published sum, and the address that it is served at."""
    folder.mkdir()
    for name in {name for names in FILES.values() for name in names}:
        data = make(name)
        (folder / name).write_bytes(data)
        (folder / f"{name}.sha512").write_text(f"{sha512(data).hexdigest()}  {name}\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, args=(0.2,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_shelf(inventory: Path, folder: Path, url: str) -> None:
    content = yaml.safe_load(inventory.read_text())
    content["software"] = {"folder": str(folder), "url": url}
    inventory.write_text(yaml.safe_dump(content))


ENDS = dict.fromkeys(POINTS, "rolled-back") | {"soft-commit": "succeeded"}
"""A death calls home; what was told to commit is committed, whoever heard that it is."""


# -- what must never be ------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a box was told, and whom it serves.

    Attributes:
        orders: of its installer, as it took them; copies: that it began.
        aps: kind and phase of each.
    """

    orders: Sequence[str]
    copies: Sequence[str]
    aps: Sequence[tuple[str, str]]

    @classmethod
    def by(cls, here: WorkerStand, name: str) -> "Told":
        one = here.box(name)
        begun = [event for event in one.log if event.what.endswith(" begins")]
        return cls(
            [event.what for event in begun if event.kind == "install"],
            [event.what for event in begun if event.kind == "copy"],
            [(ap["kind"], ap["phase"]) for ap in one.aps()],
        )


def kept(name: str) -> list[str]:
    """What differs on a box where all is committed, and nothing else does."""
    release = RELEASES[name]
    return [
        f"software: committed is {MEANT[release]}, was {release}",
        *(f"bootflash: added {file}" for file in sorted(FILES[release])),
    ]


def judged_software(name: str, ending: Ending, told: Told) -> list[str]:
    found = [*_twice(name, told), *_unserved(told)]
    if ending.closed is not None and ending.closed.state == "succeeded":
        found += [] if ending.left == kept(name) else [f"left {ending.left}"]
        found += [f"{ap} is out" for ap in told.aps if ap[1] != "registered"]
        ending = replace(ending, left=[])
    return found + ending.violations


def _twice(name: str, told: Told) -> Iterator[str]:
    """Orders that were given more often than there are files, the way home's included."""
    files = FILES[RELEASES[name]]
    if len(set(told.copies)) != len(told.copies):
        yield f"fetched twice: {told.copies}"
    for order in sorted(set(told.orders)):
        if told.orders.count(order) > len(files):
            yield f"{order} {told.orders.count(order)} times"


def _unserved(told: Told) -> Iterator[str]:
    for kind, phase in told.aps:
        if kind == "healthy" and phase != "registered":
            yield f"an AP that served is {phase}"


def rows(endings: Mapping[str, Ending], told: Mapping[str, Told]) -> list[str]:
    """One line for each point: how it ended, and what the installer was told."""
    return [
        f"{POINTS[name]!s:20} {ending.closed.state if ending.closed else '-':16} "
        f"{', '.join(order.removesuffix(' begins') for order in told[name].orders)}"
        for name, ending in endings.items()
        if name in POINTS
    ]
