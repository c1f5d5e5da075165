"""Operational and configuration data of IOS XE's models, of any release, as parts.

Works on any piece of the tree, however it was asked for: what counts is the name of a node and the
module it belongs to. Leaves that nobody knows are passed over; unknown values become UNKNOWN beside
the device's own word; moments of 1970 never happened.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from service.domain.observation import ApState, CertificateKind, JoinPhase, Platform
from service.offline import xe_data_box as box
from service.offline.trees import Node
from service.offline.xe_leaves import flag, known, moment, whole
from service.transcripts import cells
from service.transcripts.parts import UNUSED, ApPart, Part

Reader: TypeAlias = Callable[[tuple[Node, ...]], Part]

APO = "Cisco-IOS-XE-wireless-access-point-oper"
GO = "Cisco-IOS-XE-wireless-ap-global-oper"

STATES = {
    "registered": ApState.REGISTERED,
    "downloading": ApState.DOWNLOADING,
    "pre-downloading": ApState.PREDOWNLOADING,
    "unregistered": ApState.UNREGISTERED,
    "ap-down": ApState.DOWN,
}
PHASES = {
    "ap-con-failure-discovery": JoinPhase.DISCOVERY,
    "ap-con-failure-dtls": JoinPhase.DTLS,
    "ap-con-failure-join": JoinPhase.JOIN,
    "ap-con-failure-config": JoinPhase.CONFIG,
    "ap-con-failure-imgdwnld": JoinPhase.IMAGE,
    "ap-con-failure-run": JoinPhase.RUN,
}
KINDS = {
    "wireless-cert-mic": CertificateKind.MIC,
    "wireless-cert-ssc": CertificateKind.SSC,
    "wireless-cert-lsc": CertificateKind.LSC,
}


def read(documents: tuple[Node, ...]) -> Iterator[Part]:
    """Every known list and container of the documents, one part for each kind."""
    found: dict[str, list[Node]] = {}
    strangers: set[str] = set()
    for document in documents:
        for node, module in _known_nodes(document, ""):
            kind = NODES[node.name]
            if module in ("", *kind.modules):
                found.setdefault(node.name, []).append(node)
            else:
                strangers.add(f"{node.name} in {module!r}, expected {kind.modules[0]!r}")
    for name, nodes in found.items():
        part = NODES[name].read(tuple(nodes))
        yield replace(part, as_=NODES[name].as_, platform=Platform.IOSXE)
    if not found and not strangers:
        yield from _strange_data(documents)
    for error in _errors(documents):
        yield Part(None, 0, reason=f"an error of the device: {error}")
    if strangers:
        yield Part(None, 0, reason=f"unknown namespace: {'; '.join(sorted(strangers))}")


def _known_nodes(node: Node, module: str) -> Iterator[tuple[Node, str]]:
    """The outermost known nodes, each with the module that holds there; empty: not told."""
    module = node.module or module
    kind = NODES.get(node.name)
    if kind is not None and _is_whole(node):
        told = "" if module in TRANSPORT else module
        if told in ("", *kind.modules) or not kind.common_name:
            yield node, told
            return
    for child in node.children:
        yield from _known_nodes(child, module)


def _strange_data(documents: tuple[Node, ...]) -> Iterator[Part]:
    """Data of modules that we don't read, by name and number, so that they are seen to be known."""
    rows: dict[str, int] = {}
    for document in documents:
        for node in document.upper(ENVELOPE_DEPTH):
            if node.module.startswith(MODULES_OF_DEVICES) and node.module not in TRANSPORT:
                lists = [f"/{inner.name}" for inner in node.children if inner.children]
                for name in lists or [""]:
                    key = f"{node.module}:{node.name}{name}"
                    rows[key] = rows.get(key, 0) + 1
                break
    for key, count in rows.items():
        yield Part(key, count, Platform.IOSXE, reason=UNUSED)


def _is_whole(node: Node) -> bool:
    """A `clock` or `system` without children is another module's leaf of that name."""
    return bool(node.children) or node.name in LEAVES


def _errors(documents: tuple[Node, ...]) -> Iterator[str]:
    for document in documents:
        for node in document.upper(ERROR_DEPTH):
            if node.name in ("rpc-error", "error") and node.get("error-tag"):
                message = node.get("error-message") or ""
                yield f"{node.get('error-tag')} {message}".strip()


# -- access points -----------------------------------------------------------------------------


def _capwap(nodes: tuple[Node, ...]) -> Part:
    return _aps(_joined(node) for node in nodes)


def _aps(aps: Iterator[ApPart]) -> Part:
    found = tuple(aps)
    return Part("", len(found), aps=found)


def _joined(node: Node) -> ApPart:
    board = ("device-detail", "static-info", "board-data")
    version = ("device-detail", "wtp-version")
    raw = node.get("ap-state", "ap-operation-state")
    says: dict[str, Any] = {
        "state": None if raw is None else STATES.get(raw, ApState.UNKNOWN),
        "raw_state": raw,
        "model": node.get("device-detail", "static-info", "ap-models", "model"),
        "serial": node.get(*board, "wtp-serial-num"),
        "address": node.get("wtp-ip") or node.get("ip-addr"),
        "version": node.get(*version, "sw-version") or _dotted(node, (*version, "sw-ver")),
        "backup_version": _dotted(node, (*version, "backup-sw-version")),
        "download_percent": whole(node.get("image-size-percentage")),
        "download_started": moment(node.get("image-size-start-time")),
        "boot_time": moment(node.get("ap-time-info", "boot-time")),
        "join_time": moment(node.get("ap-time-info", "join-time")),
        "country": node.get("country-code"),
        "certificate_kind": KINDS.get(node.get("ap-security-data", "cert-type") or ""),
        "certificate_end": moment(node.get("ap-security-data", "ap-cert-expiry-time")),
        "disconnect_reason": node.get("disconnect-detail", "disconnect-reason"),
        "reboot_reason": node.get("reboot-stats", "reboot-reason"),
    }
    wired = cells.ethernet_mac(node.get(*board, "wtp-enet-mac"))
    return ApPart(cells.radio_mac(node.get("wtp-mac")), wired, node.get("name"), known(says))


def _dotted(node: Node, path: tuple[str, ...]) -> str | None:
    """Four numbers of a version; None where absent or all zero (no such image)."""
    numbers = [node.get(*path, part) for part in ("version", "release", "maint", "build")]
    text = ".".join(number or "0" for number in numbers)
    return None if numbers[0] is None or not text.strip("0.") else text


def _join_stats(nodes: tuple[Node, ...]) -> Part:
    return _aps(_statistics(node) for node in nodes)


def _statistics(node: Node) -> ApPart:
    join, discovery, dtls = "ap-join-info", "ap-discovery-info", "dtls-sess-info"
    phase = node.get(join, "last-error-type")
    says: dict[str, Any] = {
        "address": node.get(join, "ap-ip-addr"),
        "is_joined": flag(node.get(join, "is-joined")),
        "failure_phase": None if phase is None else PHASES.get(phase, JoinPhase.UNKNOWN),
        "failure_reason": node.get("ap-disconnect-reason"),
        "disconnect_reason": node.get("disconnect-reason"),
        "dtls_failure": node.get(dtls, "ctrl-dtls-failure-type"),
        "join_failure": node.get(join, "last-join-failure-type"),
        "config_failure": node.get(join, "last-config-failure-type"),
        "discovery_failure": node.get(discovery, "last-disc-failure-type"),
        "reboot_reason": node.get("reboot-reason"),
        "last_failure_at": moment(node.get(join, "last-error-time")),
        "discovery_requests": whole(node.get(discovery, "num-discovery-req-recvd")),
        "join_requests": whole(node.get(join, "num-join-req-recvd")),
    }
    wired = node.get(join, "ap-ethernet-mac") or node.get(discovery, "ethernet-mac")
    mac, name = cells.radio_mac(node.get("wtp-mac")), node.get(join, "ap-name")
    return ApPart(mac, cells.ethernet_mac(wired), name, known(says))


def _predownload(nodes: tuple[Node, ...]) -> Part:
    return _aps(
        ApPart(
            cells.radio_mac(node.get("wtp-mac")),
            says=known({"predownload": node.get("pred-status")}),
        )
        for node in nodes
    )


def _names(nodes: tuple[Node, ...]) -> Part:
    """Maps between names and MACs: no AP by themselves, but they tell who is who."""
    return _aps(
        ApPart(
            cells.radio_mac(node.get("wtp-mac")),
            cells.ethernet_mac(node.get("eth-mac") or node.get("ethernet-mac")),
            node.get("wtp-name") or node.get("ap-name"),
        )
        for node in nodes
    )


def _counts(nodes: tuple[Node, ...]) -> Part:
    total = whole(nodes[-1].get("ap-count"))
    return Part("", len(nodes), says=known({"ap_total": total}))


def _unused(nodes: tuple[Node, ...]) -> Part:
    return Part("", len(nodes), reason=UNUSED)


# -- what is known -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """Where a node belongs and who reads it.

    Attributes:
        modules: names that its module goes by, in namespaces and in JSON.
        common_name: other modules have nodes of that name too.
    """

    modules: tuple[str, ...]
    path: str
    read: Reader
    common_name: bool = False

    @property
    def as_(self) -> str:
        """The RESTCONF path."""
        return f"{self.modules[0]}:{self.path}"


TRANSPORT = frozenset(
    {"", "1.0", "ietf-yang-push", "ietf-netconf", "ietf-restconf", "Cisco-IOS-XE-native"}
)
"""Namespaces of envelopes, and of `native`, whose parts other modules add."""

MODULES_OF_DEVICES = ("Cisco-IOS-XE-", "cisco-", "openconfig-", "ietf-")
ENVELOPE_DEPTH = 3
ERROR_DEPTH = 3
"""Levels below the root that an error may stand at: `data/errors/error` of RESTCONF in JSON."""

LEAVES = frozenset({"result"})

_AP, _GLOBAL = "access-point-oper-data", "ap-global-oper-data"
_INSTALL = ("Cisco-IOS-XE-install-oper",)
NODES: Mapping[str, Kind] = {
    "capwap-data": Kind((APO,), f"{_AP}/capwap-data", _capwap),
    "ap-name-mac-map": Kind((APO,), f"{_AP}/ap-name-mac-map", _names),
    "ethernet-mac-wtp-mac-map": Kind((APO,), f"{_AP}/ethernet-mac-wtp-mac-map", _names),
    "predownload-data": Kind((APO,), f"{_AP}/predownload-data", _predownload),
    "tp-cert-info": Kind((APO,), f"{_AP}/tp-cert-info", box.trustpoint),
    "oper-data": Kind((APO,), f"{_AP}/oper-data", _unused, common_name=True),
    "ap-iox-oper-data": Kind((APO,), f"{_AP}/ap-iox-oper-data", _unused),
    "ap-join-stats": Kind((GO,), f"{_GLOBAL}/ap-join-stats", _join_stats),
    "ap-history": Kind((GO,), f"{_GLOBAL}/ap-history", _names),
    "ewlc-ap-stats": Kind((GO,), f"{_GLOBAL}/ewlc-ap-stats", _counts),
    "wlan-client-stats": Kind((GO,), f"{_GLOBAL}/wlan-client-stats", _unused),
    "crypto-pki-bundle": Kind(
        ("Cisco-IOS-XE-crypto-pki-oper",), "crypto-pki-oper-data/crypto-pki-bundle", box.bundles
    ),
    "device-system-data": Kind(
        ("Cisco-IOS-XE-device-hardware-oper",),
        "device-hardware-data/device-hardware/device-system-data",
        box.system,
    ),
    "system": Kind(
        ("openconfig-system", "system"),
        "system/state/current-datetime",
        box.openconfig,
        common_name=True,
    ),
    "result": Kind(("cisco-ia",), "current-time", box.current_time, common_name=True),
    "ntp-status-info": Kind(
        ("Cisco-IOS-XE-ntp-oper",), "ntp-oper-data/ntp-status-info", box.ntp_state
    ),
    "ntp": Kind(("Cisco-IOS-XE-native",), "native/ntp", box.ntp, common_name=True),
    "install-location-information": Kind(
        _INSTALL, "install-oper-data/install-location-information", box.install
    ),
    "install-oper": Kind(_INSTALL, "install-oper-data/install-oper", _unused),
    "install-oper-hist": Kind(_INSTALL, "install-oper-data/install-oper-hist", _unused),
}
