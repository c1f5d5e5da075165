"""Must and when: rules between nodes, as the modules write them.

YANG's XPath uses bare names for the module's own nodes and current(); lxml needs a prefix and has
no current(), so expressions are rewritten before use.
"""

import re
from functools import lru_cache

from lxml import etree

from service.lab.errors import RpcRefusedError
from service.lab.yang.check import Checker
from service.lab.yang.paths import Element, elements
from service.lab.yang.schema import Expression, Node, Schema

OWN = "own-module"
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|::|[A-Za-z_][\w.-]*|\d+(?:\.\d+)?|.", re.DOTALL)
OPERATORS = {"and", "or", "div", "mod"}
NAME = re.compile(r"[A-Za-z_][\w.-]*")


def hold(checker: Checker, node: Node, element: Element, root: Element) -> None:
    """Check every must and when at or below an element.

    `root` stands for the datastore: absolute paths are only judged when it is one.

    Raises:
        RpcRefusedError: the first rule that is broken.
    """
    for letter in ("w", "m"):
        for number in node.facts.get(letter, ()):
            rule = checker.schema.expressions[number]
            if not holds(checker.schema, rule, element, root if root is not element else None):
                raise _broken(checker, rule, node, element, letter)
    for child in elements(element):
        below = node.children.get(child.tag)
        if below is not None:
            hold(checker, below, child, root if root is not element else element)


def _broken(
    checker: Checker, rule: Expression, node: Node, element: Element, letter: str
) -> RpcRefusedError:
    if letter == "w":
        return checker.refusal("unknown-element", element, f"{node.name} does not apply here")
    refusal = checker.refusal("operation-failed", element, rule.message or f"must {rule.text}")
    refusal.info = []
    return refusal


def holds(schema: Schema, rule: Expression, element: Element, root: Element | None) -> bool:
    """Is the expression true at this element? Without a root absolute paths are taken as true."""
    text = rewritten(rule.text)
    if root is None and "$root" in text:
        return True
    names = {p: schema.namespace(m) for p, m in rule.prefixes.items()}
    names[OWN] = schema.namespace(rule.module)
    compiled = etree.XPath(text, namespaces=names)
    return bool(compiled(element, current=[element], root=[element if root is None else root]))


@lru_cache(maxsize=512)
def rewritten(text: str) -> str:
    """The expression with prefixed bare names and variables for current() and for the root."""
    tokens = TOKEN.findall(text.replace("current()", "$current"))
    out: list[str] = []
    for place, word in enumerate(tokens):
        before = next((t for t in reversed(tokens[:place]) if not t.isspace()), "")
        after = next((t for t in tokens[place + 1 :] if not t.isspace()), "")
        if word == "/" and not _operand(before):
            out.append("/" if before == "/" else "$root/")
        else:
            out.append(f"{OWN}:{word}" if _bare(word, before, after) else word)
    return "".join(out)


def _bare(token: str, before: str, after: str) -> bool:
    """A node name without prefix, told from functions, axes, operators and variables."""
    if NAME.fullmatch(token) is None or after in {"(", "::", ":"} or before in {":", "$", "@"}:
        return False
    return not (token in OPERATORS and _operand(before))


def _operand(before: str) -> bool:
    """Does an operand end with that token, so that an operator may follow?"""
    if not before or before in OPERATORS:
        return False
    return before in {")", "]", ".", "*"} or before[0] in "'\"" or before[-1].isalnum()
