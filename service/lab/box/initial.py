"""The configuration a box starts with, written as an edit so that the schema judges it too."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from lxml import etree

from service.lab.errors import LabError, RpcRefusedError
from service.lab.specs import Controller, NtpEntry, Zone
from service.lab.yang.edit import Editor
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element
from service.lab.yang.schema import Schema

GLOBALS = {
    "master": "<master/>",
    "panic-update": "<panic><update/></panic>",
    "passive": "<passive/>",
    "update-calendar": "<update-calendar/>",
    "logging": "<logging/>",
}
TYPE_7 = "06150E2F46"  # any type 7 text; the lab never decrypts it


def running_of(spec: Controller, editor: Editor, empty: Element) -> Element:
    """The running configuration of a fresh box.

    Raises:
        LabError: the fleet asks for something that this release's models don't know.
    """
    schema = editor.checker.schema
    try:
        tree = editor.apply(empty, parse(_document(spec, schema).encode()))
        if spec.running_config:
            extra = f"<config>{spec.running_config}</config>"
            tree = editor.apply(tree, parse(extra.encode()))
    except RpcRefusedError as err:
        raise LabError(f"controller {spec.name}: its configuration is refused: {err}") from err
    return tree


def _document(spec: Controller, schema: Schema) -> str:
    native = schema.namespace("Cisco-IOS-XE-native")
    version = ".".join(spec.release.split(".")[:2])
    vrfs = sorted({entry.vrf for entry in spec.ntp if entry.vrf})
    definitions = "".join(f"<definition><name>{escape(v)}</name></definition>" for v in vrfs)
    return (
        f'<config><native xmlns="{native}"><version>{version}</version>'
        f"<hostname>{escape(spec.name)}</hostname>"
        + (f"<vrf>{definitions}</vrf>" if vrfs else "")
        + _clock(spec.zone)
        + _ntp(spec, schema)
        + "</native>"
        + _trustpoint(spec, schema)
        + "</config>"
    )


def trustpoint_name(spec: Controller) -> str:
    """Name of the trustpoint that APs meet; SUDI is the default and isn't configured."""
    names = {"sudi": "CISCO_IDEVID_SUDI", "ssc": f"{spec.name}_WLC_TP", "lsc": "LSC_TP"}
    return names[spec.certificate.kind]


def _trustpoint(spec: Controller, schema: Schema) -> str:
    """`wireless management trustpoint`, where it isn't the built-in certificate."""
    if spec.certificate.kind == "sudi" or not spec.certificate.present:
        return ""
    general = schema.namespace("Cisco-IOS-XE-wireless-general-cfg")
    name = f"<pki-trustpoint-name>{escape(trustpoint_name(spec))}</pki-trustpoint-name>"
    inside = f"<wlc-management-data>{name}</wlc-management-data>"
    return f'<general-cfg-data xmlns="{general}">{inside}</general-cfg-data>'


def _clock(zone: Zone) -> str:
    if zone == Zone():
        return ""
    summer = ""
    if zone.summer:
        rules = _rule("start", zone.start) + _rule("end", zone.end) if zone.start else ""
        name = f"<zone>{escape(zone.summer)}</zone>"
        summer = f"<summer-time>{name}<recurring/>{rules}</summer-time>"
    numbers = f"<hours>{zone.hours}</hours><minutes>{zone.minutes}</minutes>"
    return f"<clock>{summer}<timezone><zone>{escape(zone.name)}</zone>{numbers}</timezone></clock>"


def _rule(edge: str, text: str) -> str:
    week, day, month, clock = text.split()
    name = f"recurring-{edge}"
    return (
        f"<{name}>{week}</{name}><{name}-day>{day}</{name}-day>"
        f"<{name}-month>{month}</{name}-month><{name}-time>{clock}</{name}-time>"
    )


def _ntp(spec: Controller, schema: Schema) -> str:
    inside = "".join(GLOBALS[name] for name in spec.ntp_globals)
    keys = sorted({e.key for e in spec.ntp if e.key is not None} | set(spec.ntp_keys))
    if keys:
        inside += "<authenticate/>"
    for key in keys:
        inside += (
            f"<authentication-key><number>{key}</number><md5-cfg>{TYPE_7}</md5-cfg>"
            "<encryption-type>7</encryption-type></authentication-key>"
            f"<trusted-key><number>{key}</number></trusted-key>"
        )
    for kind in ("server", "peer"):
        inside += entries_xml(kind, [e for e in spec.ntp if e.kind == kind], schema)
    ntp = schema.namespace("Cisco-IOS-XE-ntp")
    return f"<ntp>{_in_namespace(inside, ntp)}</ntp>" if inside else ""


def _in_namespace(inside: str, namespace: str) -> str:
    children = parse(f'<x xmlns="{namespace}">{inside}</x>'.encode())
    return "".join(etree.tostring(child, encoding="unicode") for child in children)


def entries_xml(kind: str, entries: Iterable[NtpEntry], schema: Schema) -> str:
    """The <server> or <peer> container of some entries, without namespace; empty without any."""
    chosen = list(entries)
    if not chosen:
        return ""
    plain = "".join(entry_xml(e, schema) for e in chosen if e.vrf is None)
    vrfs = ""
    for vrf in dict.fromkeys(e.vrf for e in chosen if e.vrf):
        inside = "".join(entry_xml(e, schema) for e in chosen if e.vrf == vrf)
        vrfs += f"<vrf><name>{escape(vrf)}</name>{inside}</vrf>"
    return f"<{kind}>{plain}{vrfs}</{kind}>"


def entry_xml(entry: NtpEntry, schema: Schema, attributes: str = "") -> str:
    """One list entry; iburst in the form that this release prefers."""
    tag = "server-list" if entry.form == "list" else entry.form
    key = "ip-address" if entry.form == "list" else "host-name"
    values = {
        "key": entry.key,
        "minpoll": entry.minpoll,
        "maxpoll": entry.maxpoll,
        "version": entry.version,
        "source": entry.source,
    }
    leaves = "".join(f"<{n}>{escape(str(v))}</{n}>" for n, v in values.items() if v is not None)
    if entry.prefer:
        leaves += "<prefer/>"
    if entry.iburst:
        leaves += "<iburst-opt/>" if has_iburst_opt(schema) else "<iburst>true</iburst>"
    return f"<{tag}{attributes}><{key}>{escape(entry.host)}</{key}>{leaves}</{tag}>"


def has_iburst_opt(schema: Schema) -> bool:
    """17.6 on: iburst is an empty leaf with a name of its own."""
    node = schema.data[f"{{{schema.namespace('Cisco-IOS-XE-native')}}}native"]
    for name in ("ntp", "server", "server-list", "iburst-opt"):
        found = node.named(name)
        if found is None:
            return False
        node = found
    return True
