"""Which expired AP certificates a box accepts: its trustpool policy and the maps that it names.

A match lets a certificate in whose issuer's name passes every test of some sequence of the map of
its name (facts, section 9). Tests of anything but the issuer let nobody in here. Unverified: that a
match without its map lets nobody in, and that a release with pki-map looks at no other list.
"""

from lxml import etree

from service.lab.box.tree import at, every, word
from service.lab.yang.paths import Element, local, text_of
from service.lab.yang.schema import Schema

KEYS = {"tag", "sequence"}


def accepts_expired(running: Element, schema: Schema, issuer: str) -> bool:
    """May an AP join whose certificate has run out and has this issuer?"""
    matches = every(at(running, "native/crypto/pki/trustpool/policy/match"), "certificate")
    allowed = {word(m, "name") for m in matches if at(m, "allow/expired-certificate") is not None}
    return any(
        word(row, "tag") in allowed and _passes(row, issuer) for row in maps_of(running, schema)
    )


def maps_of(running: Element, schema: Schema) -> list[Element]:
    """The certificate maps that count in this release, one for each sequence."""
    holder = at(running, "native/crypto/pki/certificate")
    return every(at(holder, "pki-map"), "map") if has_pki_map(schema) else every(holder, "map")


def has_pki_map(schema: Schema) -> bool:
    """17.9 on: a map has a list of its own, keyed by sequence, too."""
    node = schema.data[f"{{{schema.namespace('Cisco-IOS-XE-native')}}}native"]
    for name in ("crypto", "pki", "certificate", "pki-map"):
        found = node.named(name)
        if found is None:
            return False
        node = found
    return True


def _passes(row: Element, issuer: str) -> bool:
    fields = [field for field in row.iterchildren(etree.Element) if local(field) not in KEYS]
    tests = [test for field in fields for test in field.iterchildren(etree.Element)]
    if not tests or any(local(field) != "issuer-name" for field in fields):
        return False
    return all(_holds(test, issuer.casefold()) for test in tests)


def _holds(test: Element, issuer: str) -> bool:
    """One test: `co` contains, `nc` doesn't, `eq` and `ne` compare; case is no matter."""
    value = (word(test, "name") or text_of(test).strip()).casefold()
    outcomes = {
        "co": value in issuer,
        "nc": value not in issuer,
        "eq": value == issuer,
        "ne": value != issuer,
    }
    return bool(value) and outcomes.get(local(test), False)
