"""`ntp server` and `ntp peer` of the C9800: read from the model, and said as CLI lines.

An entry keeps every leaf under the name that the box gave it, in the box's order, so that it can be
written back exactly. The CLI line is what the dead-man's switch runs; a leaf whose CLI form is not
known is refused, never guessed. Source: FACTS section 6; Cisco-IOS-XE-ntp.
"""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from service.domain.ntp import Form, NtpConfig, NtpEntry, Role
from service.drivers.iosxe.documents import nodes
from service.drivers.paths import Contract

FLAGS = {
    "prefer": "prefer",
    "burst": "burst",
    "iburst": "iburst",
    "burst-opt": "burst",
    "iburst-opt": "iburst",
    "periodic": "periodic",
}
VALUES = frozenset({"key", "source", "version", "maxpoll", "minpoll"})
UNSPEAKABLE = re.compile(r'[\s"?$\\]|[^\x20-\x7e]')
"""What a command line, or an applet's own substitution, would not take as it stands."""


def ntp_config(contract: Contract, data: etree._Element) -> NtpConfig:
    """Every entry of a reply, servers first, those of VRFs included.

    Raises:
        ValueError: an entry that could not be put back exactly.
    """
    edit = contract.edits.ntp
    found: list[NtpEntry] = []
    for role, node in edit.roles.items():
        for holder in nodes(data, contract.steps(f"{edit.path}/{node}")):
            found += _held(contract, holder, role)
    return NtpConfig(tuple(found))


def empty_vrfs(contract: Contract, data: etree._Element) -> tuple[tuple[Role, str], ...]:
    """The (role, VRF) of a reply that hold no entry: a box may keep them when the last one goes."""
    edit = contract.edits.ntp
    found: list[tuple[Role, str]] = []
    for role, node in edit.roles.items():
        for holder in nodes(data, contract.steps(f"{edit.path}/{node}")):
            namespace = etree.QName(holder).namespace
            for vrf in holder.iterchildren(f"{{{namespace}}}{edit.vrf['list']}"):
                names = [etree.QName(e).localname for e in vrf.iterchildren(etree.Element)]
                if names == [edit.vrf["key"]]:
                    found.append((role, (vrf[0].text or "").strip()))
    return tuple(found)


def _held(contract: Contract, holder: etree._Element, role: Role) -> Iterator[NtpEntry]:
    """The entries below `ntp server` or `ntp peer`."""
    edit = contract.edits.ntp
    namespace = etree.QName(holder).namespace
    yield from _entries(contract, holder, role, None)
    for vrf in holder.iterchildren(f"{{{namespace}}}{edit.vrf['list']}"):
        name = (vrf.findtext(f"{{{namespace}}}{edit.vrf['key']}") or "").strip()
        if not name:
            raise ValueError(f"an NTP {role} VRF without {edit.vrf['key']}")
        yield from _entries(contract, vrf, role, name)


def _entries(
    contract: Contract, holder: etree._Element, role: Role, vrf: str | None
) -> Iterator[NtpEntry]:
    forms: dict[str, tuple[Form, str]] = {
        form: (form, key) for form, key in contract.edits.ntp.forms.items()
    }
    others = {contract.edits.ntp.vrf["list"], contract.edits.ntp.vrf["key"]}
    for child in holder.iterchildren(tag=etree.Element):
        name = etree.QName(child).localname
        if name in forms:
            form, key = forms[name]
            yield _entry(child, role, form, key, vrf)
        elif name not in others:
            raise ValueError(f"NTP {role} holds {name}, a form of entry that is not known")


def _entry(node: etree._Element, role: Role, form: Form, key: str, vrf: str | None) -> NtpEntry:
    """One entry with every leaf it has. ValueError where it holds more than leaves."""
    host, leaves = "", []
    for leaf in node.iterchildren(tag=etree.Element):
        name = etree.QName(leaf).localname
        if len(leaf):
            raise ValueError(f"an NTP entry holds {name}, which is no leaf: cannot be kept exactly")
        if name == key:
            host = (leaf.text or "").strip()
        else:
            leaves.append((name, (leaf.text or "").strip()))
    if not host:
        raise ValueError(f"an NTP {role} entry without {key}")
    return NtpEntry(role, form, host, vrf, tuple(leaves))


def ntp_command(entry: NtpEntry) -> str:
    """An entry as the CLI line that makes it.

    Raises:
        ValueError: a leaf or a character that no CLI form is known for.
    """
    vrf = ["vrf", entry.vrf] if entry.vrf else []
    family = [] if entry.form == "server-list" else [entry.form]
    words = ["ntp", entry.role, *vrf, *family, entry.host, *_options(entry.leaves)]
    for word in words:
        if UNSPEAKABLE.search(word):
            raise ValueError(f"no CLI form is known for {word!r} of an NTP entry")
    return " ".join(words)


def _options(leaves: Iterable[tuple[str, str]]) -> list[str]:
    """The words after the host, each option once: a box may show both forms of `iburst`."""
    words: dict[str, list[str]] = {}
    for name, value in leaves:
        if name in VALUES:
            words[name] = [name, value]
        elif name in FLAGS and value != "false":
            words[FLAGS[name]] = [FLAGS[name]]
        elif name not in FLAGS:
            raise ValueError(f"no CLI form is known for leaf {name!r} of an NTP entry")
    return [word for option in words.values() for word in option]
