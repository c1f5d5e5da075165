"""Is this text a value of that YANG type? RFC 7950 section 9, as far as the modules use it."""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from service.lab.yang.schema import Schema

INTEGERS = {
    f"{sign}int{bits}": (0 if sign else -(2 ** (bits - 1)), 2 ** (bits - (0 if sign else 1)) - 1)
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
INTEGER = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
PREFIXED = re.compile(r"(?<![\w.:'\"/-])([A-Za-z_][\w.-]*):(?=[A-Za-z_*])|/([A-Za-z_][\w.-]*):")
Prefixes = Mapping[str | None, str]


def fault(schema: Schema, kind: Mapping[str, Any], text: str, prefixes: Prefixes) -> str | None:
    """Why the text is no value of the type, or None when it is one.

    `prefixes` are the namespaces in scope where the text stands: identities and XPath need them.
    """
    match kind["b"]:
        case "union":
            found = _union(schema, kind, text, prefixes)
        case "string":
            found = _string(kind, text) or (_xpath(schema, text, prefixes) if "x" in kind else None)
        case "identityref":
            found = _identity(schema, kind, text.strip(), prefixes)
        case "instance-identifier":
            found = _xpath(schema, text.strip(), prefixes)
        case base:
            found = _SIMPLE.get(base, _integer)(kind, text.strip())
    return found


def _union(schema: Schema, kind: Mapping[str, Any], text: str, prefixes: Prefixes) -> str | None:
    members = [schema.types[number] for number in kind["u"]]
    if any(fault(schema, member, text, prefixes) is None for member in members):
        return None
    return f'"{text}" is none of the allowed forms'


def _string(kind: Mapping[str, Any], text: str) -> str | None:
    if "l" in kind and not _within(kind["l"], len(text), (0, 2**64)):
        return f'"{text[:60]}" has {len(text)} characters, allowed: {_words(kind["l"])}'
    for pattern, inverted in kind.get("p", ()):
        if (_compiled(pattern).fullmatch(text) is None) is not inverted:
            return f'"{text[:60]}" does not match "{pattern}"'
    return None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    r"""An XSD pattern as Python's: only \p{N} and \p{L} (in zone indexes) differ."""
    return re.compile(pattern.replace(r"[\p{N}\p{L}]", r"[^\W_]"))


def _integer(kind: Mapping[str, Any], text: str) -> str | None:
    if INTEGER.fullmatch(text) is None:
        return f'"{text}" is no integer'
    octal = re.fullmatch(r"[+-]?0[0-7]+", text) is not None
    value = int(text, 8 if octal else 0)
    limits = INTEGERS[kind["b"]]
    if not _within(kind.get("r", [["min", "max"]]), value, limits):
        allowed = _words(kind["r"]) if "r" in kind else f"{limits[0]}..{limits[1]}"
        return f"{value} is out of range {allowed}"
    return None


def _decimal(kind: Mapping[str, Any], text: str) -> str | None:
    if DECIMAL.fullmatch(text) is None or len(text.partition(".")[2].rstrip("0")) > kind["f"]:
        return f'"{text}" is no decimal with at most {kind["f"]} fraction digits'
    if not _within(kind.get("r", [["min", "max"]]), float(text), (-(2.0**63), 2.0**63)):
        return f"{text} is out of range {_words(kind['r'])}"
    return None


def _within(ranges: list[list[str]], value: float, limits: tuple[float, float]) -> bool:
    def bound(word: str) -> float:
        if word in {"min", "max"}:
            return limits[word == "max"]
        return float(word) if "." in word else int(word)

    inside = limits[0] <= value <= limits[1]
    return inside and any(bound(low) <= value <= bound(high) for low, high in ranges)


def _words(ranges: list[list[str]]) -> str:
    return " | ".join(low if low == high else f"{low}..{high}" for low, high in ranges)


def _identity(schema: Schema, kind: Mapping[str, Any], text: str, prefixes: Prefixes) -> str | None:
    prefix, _, name = text.rpartition(":")
    module = schema.by_namespace.get(prefixes.get(prefix or None, ""))
    if module is None or [module.name, name] not in kind["i"]:
        return f'"{text}" is no known identity'
    return None


def _xpath(schema: Schema, text: str, prefixes: Prefixes) -> str | None:
    """Syntax, and every prefix bound to a module of this release."""
    try:
        etree.XPath(text, namespaces={p: n for p, n in prefixes.items() if p})
    except etree.XPathSyntaxError as err:
        return f'"{text}" is no XPath expression: {err}'
    for first, second in PREFIXED.findall(text):
        if prefixes.get(first or second) not in schema.by_namespace:
            return f'"{text}" names no known module by "{first or second}"'
    return None


def _enumeration(kind: Mapping[str, Any], text: str) -> str | None:
    return None if text in kind["e"] else f'"{text}" is none of {", ".join(kind["e"][:8])}'


def _boolean(_: Mapping[str, Any], text: str) -> str | None:
    return None if text in {"true", "false"} else f'"{text}" is neither true nor false'


def _empty(_: Mapping[str, Any], text: str) -> str | None:
    return f'"{text}" where nothing may stand' if text else None


def _bits(kind: Mapping[str, Any], text: str) -> str | None:
    unknown = [word for word in text.split() if word not in kind["s"]]
    return f"no such bit: {', '.join(unknown)}" if unknown else None


def _binary(_: Mapping[str, Any], text: str) -> str | None:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return "no base64"
    return None


_SIMPLE = {
    "enumeration": _enumeration,
    "boolean": _boolean,
    "empty": _empty,
    "bits": _bits,
    "binary": _binary,
    "decimal64": _decimal,
}
