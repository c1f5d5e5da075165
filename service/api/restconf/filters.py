"""The filter of an event stream: an XPath 1.0 expression over each notification (RFC 8040, 4.8.4).

libxml2 judges it. The root node has the notification alone, as in the RFC's examples. Names are of
our module with its prefix and without. What could keep a thread busy is refused before it is tried:
long expressions, many steps, predicates within predicates; so is what such a document cannot tell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from service.api.restconf.schema import OURS, Kind, Node, schema
from service.api.restconf_errors import Refusal, bad_value

LONGEST, MOST_STEPS, DEEPEST = 512, 32, 1
OWN = OURS[0]
FUNCTIONS = frozenset(
    (
        *("last", "position", "count", "id", "local-name", "name"),
        *("string", "concat", "starts-with", "contains", "substring-before", "substring-after"),
        *("substring", "string-length", "normalize-space", "translate"),
        *("boolean", "not", "true", "false", "lang"),
        *("number", "sum", "floor", "ceiling", "round"),
        *("node", "text", "comment", "processing-instruction"),
        *("and", "or", "div", "mod"),
    )
)
"""Of XPath 1.0, section 4, but `namespace-uri`; node tests and operators look like functions."""
_LITERAL = re.compile(r"(\"[^\"]*\"|'[^']*')")
_CALLED = re.compile(r"([\w.:-]+)\s*\(")
_OWN_PREFIX = re.compile(rf"(?<![\w.-]){OWN}:(?!:)")
_STEP = re.compile(r"//?|::|\|")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which notifications somebody wants."""

    expression: etree.XPath

    def wants(self, name: str, leaves: Mapping[str, object]) -> bool:
        """Whether a notification is wanted.

        Args:
            name: the notification's, without its module.
            leaves: as JSON has them.

        Raises:
            Refusal: the expression has no value there.
        """
        try:
            return bool(self.expression(_document(name, leaves)))
        except etree.XPathError as err:
            raise _no_filter(f"it has no value for {name}: {err}") from err


def filter_of(text: str) -> Filter:
    """The filter of a request. Raises Refusal."""
    plain, code = _parted(text)
    _check(text, code)
    namespaces = {one.name: one.namespace for one in schema().modules.values()}
    try:
        etree.XPath(plain, namespaces=namespaces, regexp=False)
        made = etree.XPath(f"boolean({plain})", namespaces=namespaces, regexp=False)
    except (etree.XPathError, ValueError) as err:  # ValueError: signs that no XML has
        raise _no_filter(str(err)) from err
    found = Filter(made)
    for node in schema().top.values():
        if node.kind is Kind.NOTIFICATION and node.module == OWN:
            found.wants(node.name, _sample(node))
    return found


def _parted(text: str) -> tuple[str, str]:
    """Without our module's prefix; and the same without what stands in quotes."""
    parts = _LITERAL.split(text)
    for place in range(0, len(parts), 2):
        parts[place] = _OWN_PREFIX.sub("", parts[place])
    return "".join(parts), " ".join(parts[::2])


def _check(text: str, code: str) -> None:
    """Refuse what is not tried at all."""
    if not text.strip() or len(text) > LONGEST:
        raise _no_filter(f"expected 1 to {LONGEST} characters")
    if len(_STEP.findall(code)) > MOST_STEPS or _depth(code) > DEEPEST:
        raise _no_filter(f"expected at most {MOST_STEPS} steps, and no predicate within another")
    if "$" in code:
        raise _no_filter("there are no variables")
    for name in _CALLED.findall(code):
        if name.rpartition("::")[2] not in FUNCTIONS:
            raise _no_filter(f"{name[:40]!r} is no function here: those of XPath 1.0 are")


def _depth(code: str) -> int:
    deep = deepest = 0
    for sign in code:
        deep += (sign == "[") - (sign == "]")
        deepest = max(deepest, deep)
    return deepest


def _document(name: str, leaves: Mapping[str, object]) -> etree._ElementTree:
    root = etree.Element(name)
    for label, value in leaves.items():
        for one in value if isinstance(value, list) else [value]:
            leaf = etree.SubElement(root, label.rpartition(":")[2])
            leaf.text = str(one).lower() if isinstance(one, bool) else str(one)
    return etree.ElementTree(root)


def _sample(node: Node) -> Mapping[str, object]:
    return {leaf.name: "" for leaf in node.data}


def _no_filter(why: str) -> Refusal:
    return bad_value(f"filter: {why[:200]}")
