"""Outputs of the Catalyst 9800 and other IOS XE boxes that are recognized and say nothing we use.

They are named with their rows all the same, so that nobody wonders whether a file was understood.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.observation import Platform
from service.transcripts import cells
from service.transcripts.parts import UNUSED, Part
from service.transcripts.sessions import Output


@dataclass(frozen=True, slots=True)
class Other:
    """One kind: a line that only it prints, and what its rows look like."""

    as_: str
    header: re.Pattern[str]
    row: re.Pattern[str]
    platform: Platform | None = None


def _other(as_: str, header: str, row: str, platform: Platform | None = None) -> Other:
    return Other(as_, re.compile(header), re.compile(row), platform)


OTHERS = (
    _other(
        "show ap tag summary",
        r"\s*AP Name\s+AP Mac\s+Site Tag Name\s+Policy Tag Name\s+RF Tag Name.*",
        rf"\s*\S.*?\s+(?:{cells.MAC})\s+\S+\s+\S+\s+\S.*",
        Platform.IOSXE,
    ),
    _other(
        "show ap status",
        r"\s*AP Name\s+Status\s+Mode\s+Country\s*",
        r"\s*\S.*?\s{2,}(?:Enabled|Disabled)\s+\S.*",
        Platform.IOSXE,
    ),
    _other(
        "show ap cdp neighbors",
        r"\s*AP Name\s+AP IP\s+Neighbor Name\s+Neighbor Port\s*",
        rf"\s*\S+\s+{cells.ADDRESS}\s+\S+\s+\S+\s*",
        Platform.IOSXE,
    ),
    _other(
        "show chassis",
        r"\s*Chassis#\s+Role\s+Mac Address\s+Priority.*",
        rf"\s*\*?\d\s+\w+\s+(?:{cells.MAC})\s+\d+\s.*",
        Platform.IOSXE,
    ),
    _other(
        "show wireless mobility summary",
        r"\s*Mobility Summary\s*",
        rf"\s*{cells.ADDRESS}\s+\S+\s+(?:{cells.MAC})\s+\S+.*",
        Platform.IOSXE,
    ),
    _other(
        "show archive",
        r"\s*The maximum archive configurations allowed is \d+\.",
        r"\s*\d+\s+\S+:\S+.*",
    ),
    _other("show install rollback", r"\s*ID\s+Label\s+Description\s*", r"\s*\d+\s+\S+.*"),
    _other("show install package", r"\s*Package Type: (?:SMU|APSP|APDP)\s*", r"Name: \S+"),
    _other("show install version summary", r"\s*Location: \S+\s*", r"\s+Version: \S+"),
    _other("show netconf-yang datastores", r"\s*Datastore Name\s*:.*", r"\s*Datastore Name\s*:.*"),
    _other(
        "show netconf-yang sessions detail",
        r"\s*Number of sessions\s*:.*",
        r"\s*session-id\s*:\s*\d+\s*",
    ),
    _other(
        "show netconf-yang status", r"\s*netconf-yang: (?:en|dis)abled\s*", r"\s*netconf-yang .*:.*"
    ),
    _other(
        "show platform software yang-management process state",
        r"\s*Confd Status: .*",
        r"\s*[a-z]+d?\s+(?:Not )?Running\s+\S.*",
    ),
    _other(
        "show platform software yang-management process",
        r"\s*confd\s+:.*",
        r"\s*[a-z]+\s+: (?:Not )?Running.*",
    ),
    _other(
        "show auth-list",
        r"\s*Authorize .*APs? against A\w+\s*\.{3,}.*",
        rf"\s*(?:{cells.MAC})\s+\S+.*",
        Platform.AIREOS,
    ),
    _other(
        "show certificate ssc",
        r"\s*SSC Hash validation\s*\.{3,}.*",
        r"\s*SSC Hash validation\s*\.{3,}.*",
        Platform.AIREOS,
    ),
    _other(
        "transfer download start",
        r"\s*Data Type\.{3,} \S+.*",
        r"\s*[A-Z][\w ]*\.{3,} .*",
        Platform.AIREOS,
    ),
    _other(
        "reset system",
        r"\s*(?:The system has unsaved changes\.|Are you sure you would like to reset .*)",
        r".*\(y/[nN]\).*",
        Platform.AIREOS,
    ),
    _other(
        "error message",
        r"\s*(?:Incorrect usage\.  Use the .*|% Invalid input detected.*)",
        r"\s*(?:Incorrect usage|% Invalid).*",
    ),
)


def read(output: Output) -> Iterator[Part]:
    """Every output of these kinds."""
    for other in OTHERS:
        if any(other.header.fullmatch(line.text) for line in output.lines):
            rows = sum(other.row.fullmatch(line.text) is not None for line in output.lines)
            yield Part(other.as_, rows, other.platform, reason=UNUSED)
