"""What the command parser behind the datastore turns down although the models allow it.

An edit becomes commands on a real box; one that the parser refuses fails the whole edit with
"Device refused one or more commands" and a bad-cli block (facts, section 8). Which values it
refuses is public knowledge of the command syntax, unverified over NETCONF.
"""

import re
from collections.abc import Iterator

from service.lab.box.eem_read import applets_of
from service.lab.box.ntp import associations
from service.lab.box.tree import at, every, word
from service.lab.errors import RpcRefusedError
from service.lab.yang.paths import Element

REFUSED = "inconsistent value: Device refused one or more commands"
QUAD = re.compile(r"\d+(\.\d+){3}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?\.?|::[0-9A-Fa-f:.]*")
LONGEST_LINE = 254
INVALID = "% Invalid input detected at '^' marker."


def refuse_what_the_parser_would(tree: Element) -> None:
    """Judge the commands that a configuration stands for.

    Raises:
        RpcRefusedError: invalid-value with the command.
    """
    for command in _bad_commands(tree):
        raise RpcRefusedError("invalid-value", REFUSED, bad_cli=(command, INVALID))


def _bad_commands(tree: Element) -> Iterator[str]:
    for entry in associations(tree):
        if HOST.fullmatch(entry.host) is None or _no_address(entry.host):
            yield f"ntp {entry.kind} {entry.host}"
    yield from _bad_matches(tree)
    for applet in applets_of(tree).values():
        if re.fullmatch(r"\S+", applet.name) is None:
            yield f"event manager applet {applet.name}"
        for action in applet.actions:
            line = f"action {action.label} {action.text()}"
            if (
                re.fullmatch(r"\S+", action.label) is None
                or len(line) > LONGEST_LINE
                or any("\n" in word or "\r" in word for word in action.words)
            ):
                yield line


def _bad_matches(tree: Element) -> Iterator[str]:
    for found in every(at(tree, "native/crypto/pki/trustpool/policy/match"), "certificate"):
        if re.fullmatch(r"\S+", word(found, "name")) is None:
            yield f"match certificate {word(found, 'name')} allow expired-certificate"


def _no_address(host: str) -> bool:
    """Four numbers that are no address: a name can't look like that."""
    return QUAD.fullmatch(host) is not None and any(int(n) > 255 for n in host.split("."))  # noqa: PLR2004
