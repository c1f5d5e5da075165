"""Orders to the installer, the file system and, about images, to all access points: RPCs.

None of them has an answer that says how it ended: an OK is "accepted" (FACTS, section 5).
"""

from urllib.parse import quote, urlsplit

from lxml import etree

from service.domain.releases import Release
from service.domain.software_changes import (
    AddSite,
    ApplySites,
    CheckFile,
    ClearSites,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
    SoftwareChange,
    StopPredownload,
)
from service.drivers.iosxe.documents import default_namespace
from service.drivers.paths import Contract

PLACE = "bootflash:"
"""Where software lies and is installed from (FACTS, section 5)."""
HIDDEN = "***"


def software_order(  # noqa: C901, PLR0911 - one arm for each
    contract: Contract, release: Release, change: SoftwareChange, *, password: str = HIDDEN
) -> etree._Element:
    """The RPC of a change.

    Args:
        contract: the paths.
        release: the controller's.
        change: what is asked for.
        password: what a file server is shown, in the clear only where it is sent.

    Raises:
        ValueError: this release has no such RPC.
    """
    match change:
        case InstallOrder() as order:
            return _rpc(contract, release, f"install-{order.verb}", _order(order))
        case FetchFile() as fetch:
            values = {"source": with_login(fetch, password), "to": f"{PLACE}{fetch.name}"}
            return _rpc(contract, release, "copy", values)
        case DeleteFile(name):
            return _rpc(contract, release, "delete", {"file": f"{PLACE}{name}"})
        case PredownloadAll(uuid):
            return _rpc(contract, release, "predownload-all", {"uuid": uuid})
        case StopPredownload(uuid):
            return _rpc(contract, release, "predownload-stop", {"uuid": uuid})
        case AddSite(file, site):
            return _rpc(contract, release, "site-add", {"image": file, "site": site})
        case ApplySites(file, uuid):
            return _rpc(contract, release, "site-apply", {"image": file, "uuid": uuid})
        case ClearSites(file, uuid):
            return _rpc(contract, release, "site-clear", {"image": file, "uuid": uuid})
        case CheckFile():
            raise ValueError("a hash is worked out on the command line: no RPC tells it")


def with_login(fetch: FetchFile, password: str) -> str:
    """The URL as the controller takes it: it knows no other way to show a user and a password."""
    if not fetch.username:
        return fetch.url
    parts = urlsplit(fetch.url)
    shown = password if password == HIDDEN else quote(password, safe="")
    login = f"{quote(fetch.username, safe='')}:{shown}"
    return parts._replace(netloc=f"{login}@{parts.netloc}").geturl()


def hiding(said: str, password: str) -> str:
    """What a controller said, without a password: as it is, and as the address has it."""
    if not password:
        return said
    return said.replace(quote(password, safe=""), HIDDEN).replace(password, HIDDEN)


def _order(order: InstallOrder) -> dict[str, str]:
    values = {"uuid": order.uuid}
    if order.verb == "add":
        values["whole"] = "false"  # only added: activated and committed by themselves
    if order.verb == "rollback":
        values["committed"] = "true"
    if order.abort_after_min is not None:
        values["timer"] = str(order.abort_after_min)
    if order.version:
        values["version"] = order.version
    elif order.file:
        values["path"] = f"{PLACE}{order.file}"
    return values


def _rpc(contract: Contract, release: Release, key: str, values: dict[str, str]) -> etree._Element:
    rpc = contract.rpcs[key]
    if not rpc.exists_in(release):
        raise ValueError(f"release {release} has no {rpc.path}: it came with {rpc.since}")
    ((namespace, name),) = contract.steps(rpc.path)
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=default_namespace(namespace))
    for kept, leaf in rpc.input.items():
        if kept in values:
            etree.SubElement(root, f"{{{namespace}}}{leaf}").text = values[kept]
    return root
