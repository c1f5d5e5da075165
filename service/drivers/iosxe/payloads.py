"""Changes become edit-config and RPC payloads, each in the form of the controller's release."""

from collections.abc import Iterable

from lxml import etree

from service.domain.changes import (
    AddNtp,
    ArmGuard,
    Change,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    ResetAp,
    SaveConfig,
    SetApHome,
    SetClock,
    SetJoinPolicy,
)
from service.domain.image_changes import ImageChange
from service.domain.join_policy import HOLDER, Rule
from service.domain.ntp import NtpConfig, NtpEntry, Role
from service.domain.releases import Release
from service.domain.software_changes import SoftwareChange
from service.drivers.iosxe.ap_orders import set_ap_home
from service.drivers.iosxe.applets import (
    Action,
    Applet,
    Cli,
    EndIf,
    IfMatched,
    Log,
    Match,
    clock_setter,
    guard,
    probe_and_witness,
)
from service.drivers.iosxe.documents import append, default_namespace, descend
from service.drivers.iosxe.software_orders import software_order
from service.drivers.links.netconf import NC
from service.drivers.paths import Contract

OPERATION = f"{{{NC}}}operation"


class Payloads:
    """Writes payloads for one release."""

    def __init__(self, contract: Contract, release: Release) -> None:
        self._contract = contract
        self._release = release
        self._form = contract.applet_form(release)
        self._grants = contract.grant_form(release)
        self._names = contract.edits.applet.names

    def of(self, change: Change) -> etree._Element:  # noqa: C901, PLR0911 - an arm for each
        """The payload of a change: a `config` element, or the RPC itself.

        Raises:
            ValueError: an NTP entry that no CLI line is known for (dead-man's switch), or a change
                that this platform is not asked for.
        """
        if isinstance(change, SoftwareChange):
            return software_order(self._contract, self._release, change)
        if isinstance(change, ImageChange):
            raise ValueError(f"a Catalyst 9800 takes software otherwise: {change.kind}")  # noqa: TRY004
        match change:
            case RemoveNtp(entries):
                return self._ntp(entries, "delete")
            case AddNtp(entries):
                return self._ntp(entries, "create")
            case ProveTimer():
                return self._applets(*probe_and_witness(change))
            case ArmGuard():
                return self._applets(guard(change))
            case SetClock():
                return self._applets(*clock_setter(change))
            case RemoveTimers(names):
                return self._without(names)
            case SaveConfig():
                return self._rpc("save")
            case ResetAp(mac):
                reset = self._rpc("ap-reset")
                name = self._contract.rpcs["ap-reset"].input["mac"]
                _leaf(reset, name, str(mac))
                return reset
            case SetJoinPolicy(rule, _, after):
                return self._grant(rule, granted=after)
            case SetApHome():
                return set_ap_home(self._contract, self._release, change)

    def without_vrfs(self, holders: Iterable[tuple[Role, str]]) -> etree._Element:
        """Takes the empty VRFs off that are left where their last entry was removed."""
        edit, config = self._contract.edits.ntp, _config()
        for role, vrf in holders:
            parent = descend(config, self._contract.steps(f"{edit.path}/{edit.roles[role]}"))
            node = _entry(parent, edit.vrf["list"])
            node.set(OPERATION, "remove")
            _leaf(node, edit.vrf["key"], vrf)
        return config

    def _rpc(self, key: str) -> etree._Element:
        ((namespace, name),) = self._contract.steps(self._contract.rpcs[key].path)
        return etree.Element(f"{{{namespace}}}{name}", nsmap=default_namespace(namespace))

    def _ntp(self, entries: NtpConfig, operation: str) -> etree._Element:
        """Entries to create or to delete: the operation stands on each entry, on nothing above."""
        config = _config()
        for entry in entries.entries:
            parent = self._ntp_parent(config, entry)
            namespace = etree.QName(parent).namespace or ""
            node = etree.SubElement(parent, f"{{{namespace}}}{entry.form}")
            node.set(OPERATION, operation)
            _leaf(node, self._contract.edits.ntp.forms[entry.form], entry.host)
            if operation == "create":
                for name, value in entry.leaves:
                    _leaf(node, name, value)
        return config

    def _ntp_parent(self, config: etree._Element, entry: NtpEntry) -> etree._Element:
        """The element that holds an entry's list: the role's container, or one VRF in it."""
        edit = self._contract.edits.ntp
        role = descend(config, self._contract.steps(f"{edit.path}/{edit.roles[entry.role]}"))
        if entry.vrf is None:
            return role
        namespace = etree.QName(role).namespace or ""
        for vrf in role.iterchildren(f"{{{namespace}}}{edit.vrf['list']}"):
            if vrf.findtext(f"{{{namespace}}}{edit.vrf['key']}") == entry.vrf:
                return vrf
        vrf = etree.SubElement(role, f"{{{namespace}}}{edit.vrf['list']}")
        _leaf(vrf, edit.vrf["key"], entry.vrf)
        return vrf

    def _without(self, names: tuple[str, ...]) -> etree._Element:
        config = _config()
        for name in names:
            node = append(config, self._contract.steps(self._contract.edits.applet.path))
            node.set(OPERATION, "remove")
            _leaf(node, self._contract.edits.applet.key, name)
        return config

    def _grant(self, rule: Rule, *, granted: bool) -> etree._Element:
        """Our map and our match of an issuer, made or deleted together; or what holds matches."""
        edit, form = self._contract.edits.join_policy, self._grants
        config, operation = _config(), "create" if granted else "delete"
        pki = descend(config, self._contract.steps(edit.pki))
        if rule is HOLDER:
            _below(pki, edit.policy).set(OPERATION, operation)
            return config
        grant = edit.grants.get(rule.value)
        if grant is None:
            raise ValueError(f"{rule}: this platform has no such switch")
        entry = _below(pki, form.map)
        entry.set(OPERATION, operation)
        values = {edit.tag: grant.name, edit.sequence: "1"}
        match = _below(pki, f"{edit.policy}/{edit.match}")
        match.set(OPERATION, operation)
        _leaf(match, edit.key, grant.name)
        for name in values if granted else form.keys:
            _leaf(entry, name, values[name])
        if granted:
            _below(entry, form.issuer).text = grant.issuer
            _below(match, edit.allow)
        return config

    def _applets(self, *applets: Applet) -> etree._Element:
        config = _config()
        for applet in applets:
            node = append(config, self._contract.steps(self._contract.edits.applet.path))
            node.set(OPERATION, "create")  # one that is there already is somebody else's
            _leaf(node, self._contract.edits.applet.key, applet.name)
            _leaf(node, self._names.authorization, "bypass")
            _leaf(node, self._names.description, applet.description)
            self._countdown(node, applet)
            for number, action in enumerate(applet.actions, start=1):
                self._action(node, f"{number:03d}0", action)
        return config

    def _countdown(self, node: etree._Element, applet: Applet) -> None:
        decimals = self._form.decimals
        timer = _below(node, self._form.countdown)
        _leaf(timer, self._form.maxrun, f"{applet.maxrun_s:.{decimals}f}")
        _leaf(timer, self._form.time, f"{applet.countdown_s:.{decimals}f}")

    def _action(self, applet: etree._Element, label: str, action: Action) -> None:
        holder, _, entry_name = self._form.action.rpartition("/")
        entry = _entry(_below(applet, holder) if holder else applet, entry_name)
        names = self._names
        _leaf(entry, names.label, label)
        match action:
            case Cli(command):
                _below(entry, self._form.cli).text = command
            case Match(pattern):
                search = _below(entry, self._form.regexp)
                _leaf(search, names.pattern, pattern)
                _leaf(search, names.input, "$_cli_result")
            case IfMatched():
                condition = _below(entry, names.condition)
                _leaf(condition, names.left, "$_regexp_result")
                _leaf(condition, names.operator, "eq")
                _leaf(condition, names.right, "1")
            case EndIf():
                _leaf(entry, names.end, "")
            case Log(message):
                _leaf(_below(entry, self._form.syslog), names.message, message)


def _config() -> etree._Element:
    return etree.Element(f"{{{NC}}}config", nsmap={**default_namespace(NC), "nc": NC})


def _entry(parent: etree._Element, name: str) -> etree._Element:
    """A new child in the parent's namespace."""
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")


def _leaf(parent: etree._Element, name: str, text: str) -> None:
    _entry(parent, name).text = text or None


def _below(parent: etree._Element, path: str) -> etree._Element:
    """The element at a relative path, made where it is missing."""
    namespace = etree.QName(parent).namespace or ""
    return descend(parent, tuple((namespace, name) for name in path.split("/")))
