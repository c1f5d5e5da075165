"""Which expired certificates a C9800 accepts: read from its certificate maps and trustpool policy.

An entry of ours is a map and a match of the same name, exactly as we write them. Whatever else
stands under our name is not known, so that nobody adds to it or takes it away. What others made is
only looked at: does it have the effect already? Source: FACTS section 9; Cisco-IOS-XE-crypto.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from service.domain.byhand import ByHand
from service.domain.join_policy import GRANTS, HOLDER, JoinPolicies, Rule, Switch
from service.domain.releases import Release
from service.drivers.iosxe.documents import nodes
from service.drivers.paths import Contract, Grant

READS = ("trustpool-policy", "expired-maps", "expired-pki-maps")

Leaves = tuple[tuple[str, str], ...]
"""(path below the entry, text) of every leaf, keys left out."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a reply holds.

    Attributes:
        policy: the leaves of the trustpool policy; None: there is none.
        matches: by name; maps: by tag, one for each sequence.
    """

    policy: Leaves | None
    matches: Mapping[str, Leaves]
    maps: Mapping[str, Sequence[tuple[str, Leaves]]]


def words(contract: Contract) -> ByHand:
    """What a person types on such a box."""
    edit = contract.edits.join_policy
    grants = {rule: edit.grants[rule.value] for rule in GRANTS}
    return ByHand(
        look_at_policies=edit.look,
        set_policies=(
            *((rule, _typed(edit.set, grant)) for rule, grant in grants.items()),
            (HOLDER, edit.holder),
        ),
        clear_policies=(
            *((rule, _typed(edit.clear, grant)) for rule, grant in grants.items()),
            (HOLDER, f"no {edit.holder}"),
        ),
    )


def _typed(lines: str, grant: Grant) -> str:
    return lines.format(name=grant.name, issuer=grant.issuer)


def join_policies(contract: Contract, release: Release, data: etree._Element) -> JoinPolicies:
    """Every grant of a reply.

    Raises:
        ValueError: an entry without its name: what is allowed cannot be told.
        WrongNamespaceError: as `nodes`.
    """
    found = _found(contract, release, data)
    known, unread, others = [], [], []
    for rule in GRANTS:
        grant = contract.edits.join_policy.grants[rule.value]
        there = _ours(contract, release, grant, found)
        if isinstance(there, bool):
            known.append(Switch(rule, there))
        else:
            unread.append((rule, there))
        others += [(rule, name) for name in _with_effect(contract, release, grant, found)]
    known.append(Switch(HOLDER, found.policy is not None))
    return JoinPolicies(tuple(known), tuple(unread), _first_of_each(others))


def _found(contract: Contract, release: Release, data: etree._Element) -> _Found:
    edit, form = contract.edits.join_policy, contract.grant_form(release)
    policies = list(nodes(data, contract.steps(f"{edit.pki}/{edit.policy}")))
    matches: dict[str, Leaves] = {}
    for entry in nodes(data, contract.steps(f"{edit.pki}/{edit.policy}/{edit.match}")):
        (name,) = _keys(entry, edit.key)
        matches[name] = tuple(_leaves(entry, (edit.key,)))
    maps: dict[str, list[tuple[str, Leaves]]] = {}
    for entry in nodes(data, contract.steps(f"{edit.pki}/{form.map}")):
        tag, sequence = _keys(entry, edit.tag, edit.sequence)
        leaves = tuple(_leaves(entry, (edit.tag, edit.sequence)))
        maps.setdefault(tag, []).append((sequence, leaves))
    policy = tuple(_leaves(policies[0], ())) if policies else None
    return _Found(policy, matches, maps)


def holds_anything(contract: Contract, release: Release, data: etree._Element) -> bool:
    """Whether there is a trustpool policy with something in it; errors as `join_policies`."""
    return bool(_found(contract, release, data).policy)


def _keys(entry: etree._Element, *names: str) -> tuple[str, ...]:
    namespace = etree.QName(entry).namespace
    texts = tuple((entry.findtext(f"{{{namespace}}}{name}") or "").strip() for name in names)
    if not texts[0]:
        raise ValueError(f"an entry of {etree.QName(entry).localname} without {names[0]}")
    return texts


def _leaves(entry: etree._Element, without: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every leaf below an entry with its path, in the reply's order."""
    for child in entry.iterchildren(etree.Element):
        name = etree.QName(child).localname
        if name in without:
            continue
        below = tuple(_leaves(child, ()))
        if below:
            yield from ((f"{name}/{path}", text) for path, text in below)
        else:
            yield name, (child.text or "").strip()


def _ours(contract: Contract, release: Release, grant: Grant, found: _Found) -> bool | str:
    """Whether our entry is there; or why that cannot be said."""
    edit, form = contract.edits.join_policy, contract.grant_form(release)
    match, rows = found.matches.get(grant.name), found.maps.get(grant.name, ())
    if match is None and not rows:
        return False
    as_written = [
        (sequence, tuple((path, text.casefold()) for path, text in leaves))
        for sequence, leaves in rows
    ]
    is_map = as_written == [("1", ((form.issuer, grant.issuer),))]
    if is_map and match == ((edit.allow, ""),):
        return True
    return f"something else stands under our name {grant.name}: look, and take it away by hand"


def _with_effect(
    contract: Contract, release: Release, grant: Grant, found: _Found
) -> Iterator[str]:
    """The matches of others that accept expired certificates of an issuer, for people."""
    edit, form = contract.edits.join_policy, contract.grant_form(release)
    ours = {one.name for one in edit.grants.values()}
    for name, leaves in found.matches.items():
        if name in ours or edit.allow not in {path for path, _ in leaves}:
            continue
        if any(_covers(row, form.issuer, grant.issuer) for _, row in found.maps.get(name, ())):
            yield f"the match of certificate map {name}"


def _covers(row: Leaves, path: str, issuer: str) -> bool:
    """Whether a row asks for nothing but a part of the issuer's name, in whatever case."""
    if len(row) != 1 or row[0][0] != path:
        return False
    return row[0][1] != "" and row[0][1].casefold() in issuer


def _first_of_each(found: list[tuple[Rule, str]]) -> tuple[tuple[Rule, str], ...]:
    first: dict[Rule, str] = {}
    for rule, what in found:
        first.setdefault(rule, what)
    return tuple(first.items())
