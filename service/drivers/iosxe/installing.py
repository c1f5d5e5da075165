"""The installer's books, as this platform writes them, in the words of the domain.

A word that we do not know is UNKNOWN, and of an operation it counts as under way (FACTS, section
5: unknown values are progress, not failure).
"""

from collections.abc import Iterable, Iterator

from service.domain.installation import (
    Fate,
    InstalledVersion,
    Operation,
    Package,
    PackageState,
    VersionState,
)
from service.drivers.iosxe.documents import Record

PATCHES = frozenset({"install-pkg-apsp", "install-pkg-apdp", "install-pkg-smu"})
SAYS_NOTHING = frozenset({"", "none", "unknown"})
_PACKAGES = {
    "install-state-new": PackageState.NEW,
    "install-state-added": PackageState.ADDED,
    "install-state-act-uncommitted": PackageState.ACTIVATED,
    "install-state-dact-uncommitted": PackageState.DEACTIVATED,
    "install-state-committed": PackageState.COMMITTED,
}
_VERSIONS = {
    "install-version-state-provisioned-committed": VersionState.COMMITTED,
    "install-version-state-provisioned-uncommitted": VersionState.UNCOMMITTED,
    "install-version-state-in-progress": VersionState.IN_PROGRESS,
    "install-version-state-invalid": VersionState.INVALID,
    "install-version-state-present": VersionState.PRESENT,
    "install-version-state-installed": VersionState.ADDED,
}
_FATES = {
    "install-op-succ": Fate.SUCCEEDED,
    "install-op-marked-succ": Fate.SUCCEEDED,
    "install-op-fail": Fate.FAILED,
    "install-op-fail-revert": Fate.FAILED,
    "install-op-dep-fail": Fate.FAILED,
    "install-op-timeout": Fate.FAILED,
    "install-op-sts-cancel": Fate.FAILED,
    "install-op-pend-usr-cnfrm": Fate.ASKS,
}


def packages(versions: Iterable[Record]) -> tuple[Package, ...]:
    """Every patch of the books, each once: a location that lags behind counts."""
    found: dict[str, PackageState] = {}
    for record in (one for version in versions for one in version.entries("package")):
        if record.get("type") not in PATCHES:
            continue
        name = record.get("name") or "a package"
        state = _PACKAGES.get(record.get("state") or "", PackageState.UNKNOWN)
        if found.get(name, state) is not state:
            state = PackageState.UNKNOWN  # the locations disagree: it is on its way
        found[name] = state
    return tuple(Package(name, state) for name, state in sorted(found.items()))


def versions_of(records: Iterable[Record]) -> tuple[InstalledVersion, ...]:
    """Every release of the books, each once."""
    found: dict[str, InstalledVersion] = {}
    for record in records:
        version = record.get("version")
        if version is None:
            continue
        state = _VERSIONS.get(record.get("current") or "", VersionState.UNKNOWN)
        if version in found and found[version].state is not state:
            state = VersionState.UNKNOWN
        source = (record.get("source") or "").rpartition("/")[2].rpartition(":")[2]
        found[version] = InstalledVersion(version, state, source)
    return tuple(found[version] for version in sorted(found))


def operations(running: Iterable[Record], ended: Iterable[Record]) -> tuple[Operation, ...]:
    """Operations by uuid; one in both lists has ended."""
    found = {one.uuid: one for records in (running, ended) for one in _operations(records)}
    return tuple(found[uuid] for uuid in sorted(found))


def _operations(records: Iterable[Record]) -> Iterator[Operation]:
    for record in records:
        uuid, status = record.get("uuid"), record.get("status") or "no status"
        if uuid is None:
            continue
        fate = _FATES.get(status, Fate.RUNS)
        if record.get("done") == "op-reverted":
            fate = Fate.FAILED
        yield Operation(uuid, fate, ", ".join((_plain(status), *_parts(record))))


def _parts(record: Record) -> Iterator[str]:
    """How far it is: the last part that it came to, and its state."""
    parts = [*record.entries("past"), *record.entries("part")]
    for part in parts[-1:]:
        words = (_plain(part.get(key) or "") for key in ("what", "state"))
        yield from (word for word in words if word not in SAYS_NOTHING)


def _plain(word: str) -> str:
    for prefix in ("install-op-", "install-txn-", "install-"):
        word = word.removeprefix(prefix)
    return word
