"""The parts of IOS XE's models that tell of the box: clock, NTP, software, certificates."""

from typing import Any

from service.domain.ntp import Form, NtpConfig, NtpEntry, NtpState, Role
from service.domain.observation import CertificateKind, InstallState
from service.offline.trees import Node
from service.offline.xe_leaves import flag, known, moment, whole
from service.transcripts.cells import release_in
from service.transcripts.parts import CertificatePart, Part, WallTime

UNSYNCHRONISED = 16
FORMS: tuple[Form, ...] = ("server-list", "ip", "ipv6")
ROLES: tuple[Role, ...] = ("server", "peer")
KINDS = {
    "trustpoint-mic": CertificateKind.MIC,
    "trustpoint-ssc": CertificateKind.SSC,
    "trustpoint-lsc": CertificateKind.LSC,
}


def trustpoint(nodes: tuple[Node, ...]) -> Part:
    """The certificate that APs are shown; from 17.12 on."""
    points = [point for node in nodes for point in node.each("trustpoint")]
    if not points:
        return Part("", 0)
    point = points[-1]
    there = [flag(point.get(leaf)) for leaf in ("is-cert-available", "is-privkey-available")]
    told = [one for one in there if one is not None]
    label = point.get("trustpoint-name")
    kind = KINDS.get(point.get("cert-type") or "")
    certificates = (CertificatePart(label, known({"kind": kind})),) if label else ()
    says = {"has_join_certificate": all(told)} if told else {}
    return Part("", len(points), says=says, certificates=certificates, join_label=label)


def bundles(nodes: tuple[Node, ...]) -> Part:
    """The certificates of every trustpoint; dates from 17.6 on."""
    certificates = []
    for bundle in nodes:
        held = bundle.each("cert")
        issuers = {one.get("issuer-name") for one in held}
        for one in held:
            subject = one.get("subject-name") or ""
            is_ca = flag(one.get("is-ca-cert")) is True or (len(held) > 1 and subject in issuers)
            dates = {
                "not_before": moment(one.get("validity-start")),
                "not_after": moment(one.get("validity-end")),
            }
            says = known({"subject": subject, "is_ca": is_ca, **dates})
            certificates.append(CertificatePart(bundle.get("label") or "", says))
    return Part("", len(nodes), certificates=tuple(certificates))


def system(nodes: tuple[Node, ...]) -> Part:
    """Release, clock, boot time and whether the configuration is saved."""
    node = nodes[-1]
    software = node.get("software-version")
    says = {
        "release": release_in(software or ""),
        "hardware": software,
        "boot_time": moment(node.get("boot-time")),
        "unsaved": flag(node.get("unsaved-config")),
    }
    return Part("", len(nodes), shown=_shown(node.get("current-time")), says=known(says))


def openconfig(nodes: tuple[Node, ...]) -> Part:
    """The clock by OpenConfig's model, in Cisco's broken form `...Z+00:00`."""
    return Part("", len(nodes), shown=_shown(nodes[-1].get("state", "current-datetime")))


def current_time(nodes: tuple[Node, ...]) -> Part:
    """The reply of an RPC: only one of `current-time` holds a time."""
    shown = _shown(nodes[-1].text)
    return Part("", len(nodes), shown=shown, reason=None if shown else "holds no time")


def _shown(text: str | None) -> WallTime | None:
    read = moment(text)
    return WallTime(read.replace(tzinfo=None), "UTC") if read else None


def ntp_state(nodes: tuple[Node, ...]) -> Part:
    """Whether the clock follows NTP: no leaf says so, stratum and selection together do."""
    node = nodes[-1]
    stratum = whole(node.get("stratum"))
    associations = node.each("ntp-associations")
    peers = [
        one.get("ntp-address", "ip-addr")
        for one in associations
        if one.get("peer-selection-status") in ("ntp-peer-sys-peer", "ntp-peer-pps-peer")
    ]
    followed = stratum is not None and 0 < stratum < UNSYNCHRONISED and bool(peers)
    state = NtpState(followed, stratum, peers[0] if peers else None)
    hosts = [one.get("ntp-address", "ip-addr") for one in associations]
    entries = tuple(NtpEntry("server", "server-list", host) for host in hosts if host)
    says = {"ntp_state": state, "ntp_associated": NtpConfig(entries)}
    return Part("", len(associations), says=says)


def ntp(nodes: tuple[Node, ...]) -> Part:
    """Configured servers and peers, in every form that the model has."""
    entries = [
        entry
        for node in nodes
        for role in ROLES
        for holder in node.each(role)
        for entry in (*_entries(holder, role, None), *_in_vrfs(holder, role))
    ]
    return Part("", len(entries), says={"ntp": NtpConfig(tuple(entries))})


def _in_vrfs(holder: Node, role: Role) -> list[NtpEntry]:
    return [entry for vrf in holder.each("vrf") for entry in _entries(vrf, role, vrf.get("name"))]


def _entries(holder: Node, role: Role, vrf: str | None) -> list[NtpEntry]:
    found = []
    for form in FORMS:
        key = "ip-address" if form == "server-list" else "host-name"
        for one in holder.each(form):
            leaves = tuple((leaf.name, leaf.text) for leaf in one.children if leaf.name != key)
            if host := one.get(key):
                found.append(NtpEntry(role, form, host, vrf, leaves))
    return found


def install(nodes: tuple[Node, ...]) -> Part:
    """What is installed, over all locations: anything uncommitted anywhere counts."""
    versions = [version for node in nodes for version in node.each("install-version-info")]
    packages = [one for version in versions for one in version.each("install-package-state-info")]
    current = [
        version.get("version")
        for version in versions
        if version.get("current") == "install-version-state-provisioned-committed"
    ]
    timers = [node.get("oper-state", "auto-abort-timer", "state") for node in nodes]
    doing = [node.get("oper-state", "sys-activity") for node in nodes]
    state = InstallState(
        version=next((version for version in current if version), None),
        patches=_patches(packages, "install-state-committed"),
        uncommitted=tuple(
            version.get("version") or "a version"
            for version in versions
            if (version.get("current") or "").endswith("provisioned-uncommitted")
        )
        + _patches(packages, "install-state-act-uncommitted", "install-state-dact-uncommitted"),
        abort_timer_active="install-timer-state-active" in timers,
        activity=next((one for one in doing if one and one != "install-no-activity"), None),
        boot_mode=next(
            (mode for node in nodes if (mode := node.get("oper-state", "boot-mode"))), None
        ),
    )
    says: dict[str, Any] = {"install": state}
    if state.version:
        says["release"] = state.version
    return Part("", len(versions), says=says)


def _patches(packages: list[Node], *states: str) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                package.get("pkg-name") or "a package"
                for package in packages
                if package.get("package-type") in ("install-pkg-apsp", "install-pkg-smu")
                and package.get("package-state") in states
            }
        )
    )
