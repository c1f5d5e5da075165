"""Requests for subscriptions, and what the controller tells by them, by the contract.

Source: FACTS section 10; the form of a change: a capture of a Catalyst 9800
(fsedano/nmsp-subscription-example), RFC 8072. How an entry that is gone is told is unverified:
every operation of RFC 8072 that takes something away, on the entry or on anything in it, counts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from service.domain.events.pushing import Leaves, Pushed, PushEnded
from service.domain.identity import BaseRadioMac
from service.drivers.paths import Contract, PushNode

YP = "urn:ietf:params:xml:ns:yang:ietf-yang-push"
EN = "urn:ietf:params:xml:ns:yang:ietf-event-notifications"
CENTISECONDS = 100
UPDATE, CHANGE = f"{{{YP}}}push-update", f"{{{YP}}}push-change-update"
ENDED, HALTED = f"{{{EN}}}subscription-terminated", f"{{{EN}}}subscription-suspended"
TAKES_AWAY = frozenset({"delete", "remove"})
_KEY = re.compile(r"=([^/,]+)|\[[^\]=]+=\s*['\"]([^'\"]+)['\"]\s*\]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that can be subscribed to, as one release has it."""

    about: str
    node: PushNode
    steps: tuple[tuple[str, str], ...]


def establish(wanted: Wanted, *, period_s: float | None) -> etree._Element:
    """The request; `period_s` None: on change."""
    spaces = list(dict.fromkeys(space for space, _ in wanted.steps))
    prefixes = {space: f"a{number}" for number, space in enumerate(spaces)}
    request = etree.Element(f"{{{EN}}}establish-subscription", nsmap=_nsmap({None: EN, "yp": YP}))
    etree.SubElement(request, f"{{{EN}}}stream").text = "yp:yang-push"
    bound = _nsmap({prefix: space for space, prefix in prefixes.items()})
    select = etree.SubElement(request, f"{{{YP}}}xpath-filter", nsmap=bound)
    select.text = "".join(f"/{prefixes[space]}:{name}" for space, name in wanted.steps)
    word = "dampening-period" if period_s is None else "period"
    number = 0 if period_s is None else round(period_s * CENTISECONDS)
    etree.SubElement(request, f"{{{YP}}}{word}").text = str(number)
    return request


def wanted_of(contract: Contract) -> Mapping[str, Wanted]:
    """Everything that the contract knows to subscribe to."""
    return {
        key: Wanted(key, node, contract.steps(node.path)) for key, node in contract.pushes.items()
    }


def read(event: etree._Element, subscribed: Mapping[str, Wanted]) -> Pushed | PushEnded | None:
    """What an event says; None: nothing that was asked for.

    Args:
        event: the one that a notification carries.
        subscribed: number of a subscription -> what it is about.
    """
    wanted = subscribed.get(_text(event, "subscription-id"))
    if wanted is None:
        return None
    if event.tag in (ENDED, HALTED):
        reason = _text(event, "reason") or "no reason given"
        return PushEnded(wanted.about, reason, is_for_now=event.tag == HALTED)
    if event.tag not in (UPDATE, CHANGE):
        return None
    is_whole = event.tag == UPDATE
    is_short = event.find("{*}updates-not-sent") is not None
    found = _whole(event, wanted) if is_whole else _edits(event, wanted)
    rows = {mac: leaves for text, leaves in found if (mac := _mac(text))}
    return Pushed(wanted.about, is_whole=is_whole, rows=rows, is_short=is_short)


def _whole(event: etree._Element, wanted: Wanted) -> Iterator[tuple[str, Leaves | None]]:
    """The entry of every access point in a whole update."""
    for key in event.iter(f"{{{wanted.steps[-1][0]}}}{wanted.node.key}"):
        entry = key.getparent()
        if entry is not None and etree.QName(entry).localname == wanted.steps[-2][1]:
            yield key.text or "", _leaves(entry, wanted)


def _edits(event: etree._Element, wanted: Wanted) -> Iterator[tuple[str, Leaves | None]]:
    for edit in event.iter("{*}edit"):
        key = _KEY.search(_text(edit, "target"))
        if key is None:
            continue
        text = unquote(key[1] or key[2])
        yield text, None if _text(edit, "operation") in TAKES_AWAY else _leaves(edit, wanted)


def _leaves(inside: etree._Element, wanted: Wanted) -> Leaves:
    """Our names of the leaves that are there; the others have not changed."""
    found = {name: inside.find(f".//{{*}}{leaf.path}") for name, leaf in wanted.node.leaves.items()}
    return {name: (one.text or "").strip() for name, one in found.items() if one is not None}


def _mac(text: str) -> str:
    try:
        return str(BaseRadioMac.parse(text))
    except ValueError:
        return ""


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _nsmap(prefixes: Mapping[str | None, str]) -> dict[str, str]:
    return dict(prefixes)  # type: ignore[arg-type]  # the stubs' gap
