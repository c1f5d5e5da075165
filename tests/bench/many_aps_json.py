"""The same APs as `many_aps` has, as RESTCONF tells them."""

import orjson

from service.drivers.iosxe.json_forms import Names, address, fields, top_member
from service.drivers.paths import contract
from tests.bench.many_aps import COUNT, VALUES, WIDE_LEAVES, shape

NAMES = Names.of(contract("iosxe"))
NUMBERS = ("version_", "backup_", "download_percent", "discovery_requests", "join_requests")


def resource(key: str) -> str:
    """Where a table is, below `data`."""
    return address(NAMES, shape(key).steps)


def wanted(key: str) -> str:
    """What a poll asks for of it."""
    return fields(NAMES, shape(key)) or ""


def body(key: str, *, wide: bool = False, count: int = COUNT) -> bytes:
    """The answer about one table: an entry for each AP."""
    rows = [_row(key, *divmod(number, 250), wide=wide) for number in range(count)]
    return orjson.dumps({top_member(NAMES, shape(key).steps): rows})


def _row(key: str, high: int, low: int, *, wide: bool) -> dict[str, object]:
    row: dict[str, object] = {}
    for leaf, steps in shape(key).leaves.items():
        inside = row
        for _, name in steps[:-1]:
            inside = inside.setdefault(name, {})  # type: ignore[assignment]
        text = VALUES.get(leaf, "0").format(high, low)
        number = leaf != "version" and leaf.startswith(NUMBERS)
        inside[steps[-1][1]] = int(text) if number else text == "true" or text
    if wide:
        row |= {f"of-no-use-{n}": "something that nobody asked for" for n in range(WIDE_LEAVES)}
    return row
