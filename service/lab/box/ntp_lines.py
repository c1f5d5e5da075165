"""`ntp server` and `ntp peer` lines: to the model's tree and back.

Syntax: [no] ntp server|peer [vrf NAME] [ip|ipv6] HOST [key N] [minpoll N] [maxpoll N] [prefer]
[source IF] [version N] [burst] [iburst] [periodic].
"""

from xml.sax.saxutils import escape

from service.lab.box.tree import at, every, names, word
from service.lab.errors import NC
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element
from service.lab.yang.schema import Node, Schema

NUMBERS = ("key", "minpoll", "maxpoll", "version", "source")
FLAGS = ("prefer", "burst", "iburst", "periodic")
FORMS = {"ip": "ip", "ipv6": "ipv6"}


class SyntaxRefusedError(Exception):
    """The parser stops at a word; the text is the word."""


def edit_of(line: str, schema: Schema) -> Element:
    """The <config> that a line stands for.

    Raises:
        SyntaxRefusedError: IOS would put its '^' marker under that word.
    """
    words = line.split()
    negated = words[:1] == ["no"]
    if negated:
        words = words[1:]
    if len(words) < 3 or words[0] != "ntp" or words[1] not in {"server", "peer"}:  # noqa: PLR2004
        raise SyntaxRefusedError(line)
    kind, rest = words[1], words[2:]
    vrf = None
    if rest[0] == "vrf" and len(rest) > 2:  # noqa: PLR2004
        vrf, rest = rest[1], rest[2:]
    form = FORMS.get(rest[0]) if len(rest) > 1 else None
    if form:
        rest = rest[1:]
    entry = _entry(schema, form or "server-list", rest, negated=negated)
    return parse(_document(schema, kind, vrf, entry).encode())


def _entry(schema: Schema, form: str, words: list[str], *, negated: bool) -> str:
    key = "ip-address" if form == "server-list" else "host-name"
    options = _options(words[1:], _entry_node(schema, form))
    operation = "remove" if negated else "replace"
    inside = f"<{key}>{escape(words[0])}</{key}>" + ("" if negated else options)
    return f'<{form} nc:operation="{operation}">{inside}</{form}>'


def _options(words: list[str], node: Node) -> str:
    found, place = "", 0
    while place < len(words):
        name = words[place]
        if name in NUMBERS and place + 1 < len(words):
            found += f"<{name}>{escape(words[place + 1])}</{name}>"
            place += 2
        elif name in FLAGS:
            found += _flag(name, node)
            place += 1
        else:
            raise SyntaxRefusedError(name)
    return found


def _flag(name: str, node: Node) -> str:
    """Write burst and iburst: a boolean in 17.3, an empty leaf of another name from 17.6."""
    if node.named(f"{name}-opt") is not None:
        return f"<{name}-opt/>"
    leaf = node.named(name)
    if leaf is None:
        raise SyntaxRefusedError(name)
    return f"<{name}>true</{name}>" if leaf.type["b"] == "boolean" else f"<{name}/>"


def _entry_node(schema: Schema, form: str) -> Node:
    node = schema.data[f"{{{schema.namespace('Cisco-IOS-XE-native')}}}native"]
    for name in ("ntp", "server", form):
        found = node.named(name)
        if found is None:
            raise SyntaxRefusedError(form)
        node = found
    return node


def _document(schema: Schema, kind: str, vrf: str | None, entry: str) -> str:
    native = schema.namespace("Cisco-IOS-XE-native")
    ntp = schema.namespace("Cisco-IOS-XE-ntp")
    inside = f"<vrf><name>{escape(vrf)}</name>{entry}</vrf>" if vrf else entry
    return (
        f'<config xmlns:nc="{NC}"><native xmlns="{native}"><ntp>'
        f'<{kind} xmlns="{ntp}">{inside}</{kind}></ntp></native></config>'
    )


def lines_of(running: Element) -> list[str]:
    """The ntp lines of a running configuration, as `show running-config` prints them."""
    found: list[str] = []
    for kind in ("server", "peer"):
        base = at(running, f"native/ntp/{kind}")
        found += _lines(f"ntp {kind}", base)
        for vrf in every(base, "vrf"):
            found += _lines(f"ntp {kind} vrf {word(vrf, 'name')}", vrf)
    return found


def _lines(start: str, base: Element | None) -> list[str]:
    found = []
    for form, between in (("server-list", ""), ("ip", " ip"), ("ipv6", " ipv6")):
        for entry in every(base, form):
            host = word(entry, "ip-address") or word(entry, "host-name")
            found.append(f"{start}{between} {host}{_shown(entry)}")
    return found


def _shown(entry: Element) -> str:
    there = names(entry)
    text = "".join(f" {n} {word(entry, n)}" for n in NUMBERS if n in there)
    for flag in FLAGS:
        on = f"{flag}-opt" in there or (flag in there and word(entry, flag) != "false")
        text += f" {flag}" if on else ""
    return text
