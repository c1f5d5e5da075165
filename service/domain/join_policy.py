"""Which certificates a controller lets APs join with: its switches, by what they mean.

A switch that could not be read is not off: it is not known, and nobody touches it. What a platform
has no switch for is an entry that we make and take away again: on while ours is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """One switch of a controller's certificate policy."""

    IGNORE_MIC_EXPIRY = "ignore-mic-expiry"
    IGNORE_SSC_EXPIRY = "ignore-ssc-expiry"
    ALLOW_SSC = "allow-ssc"
    VALIDATE_SSC_HASH = "validate-ssc-hash"
    ALLOW_EXPIRED_MANUFACTURING = "allow-expired-manufacturing-ca"
    ALLOW_EXPIRED_ACT2 = "allow-expired-act2-sudi-ca"
    TRUSTPOOL_POLICY = "trustpool-policy"

    @property
    def meaning(self) -> str:
        """What it does while it is on, for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Rule.IGNORE_MIC_EXPIRY: "expired manufacturer-installed certificates are accepted",
    Rule.IGNORE_SSC_EXPIRY: "expired self-signed certificates are accepted",
    Rule.ALLOW_SSC: "APs with self-signed certificates may join",
    Rule.VALIDATE_SSC_HASH: "the hash of self-signed certificates is validated",
    Rule.ALLOW_EXPIRED_MANUFACTURING: (
        "expired certificates whose issuer's name contains 'Cisco Manufacturing CA' are accepted"
    ),
    Rule.ALLOW_EXPIRED_ACT2: (
        "expired certificates whose issuer's name contains 'ACT2 SUDI CA' are accepted"
    ),
    Rule.TRUSTPOOL_POLICY: "there is a trustpool policy, which says what is accepted",
}
SWITCHES = (
    Rule.IGNORE_MIC_EXPIRY,
    Rule.IGNORE_SSC_EXPIRY,
    Rule.ALLOW_SSC,
    Rule.VALIDATE_SSC_HASH,
)
"""What a controller has as switches of its own."""
GRANTS = (Rule.ALLOW_EXPIRED_MANUFACTURING, Rule.ALLOW_EXPIRED_ACT2)
"""What is an entry of ours, one for each issuer."""
HOLDER = Rule.TRUSTPOOL_POLICY
"""What holds those entries: it comes with the first, and has to go with the last by itself."""


def with_holder(rules: Iterable[Rule]) -> frozenset[Rule]:
    """Rules, and what comes with them though nobody asked for it."""
    given = frozenset(rules)
    return given | {HOLDER} if given & set(GRANTS) else given


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch, as it is or is to be."""

    rule: Rule
    enabled: bool

    @property
    def label(self) -> str:
        """The switch for people."""
        return f"{self.rule} {'on' if self.enabled else 'off'}"


@dataclass(frozen=True, slots=True)
class JoinPolicies:
    """A controller's switches, as one look saw them.

    Attributes:
        switches: those that could be read, each rule once, in the order of `Rule`.
        unread: why each other one is not known.
        others: what has the same effect already and is not ours, for people.
    """

    switches: tuple[Switch, ...] = ()
    unread: tuple[tuple[Rule, str], ...] = ()
    others: tuple[tuple[Rule, str], ...] = ()

    def of(self, rule: Rule) -> bool | None:
        """Whether a switch is on; None: not known."""
        return value_of(self.switches, rule)

    def by_others(self, rule: Rule) -> str | None:
        """What of somebody else's has the effect of a rule already; None: nothing."""
        return next((what for one, what in self.others if one is rule), None)

    def why_unread(self, rule: Rule) -> str:
        """Why a switch is not known."""
        return next((why for one, why in self.unread if one is rule), "no answer")


def value_of(switches: Iterable[Switch], rule: Rule) -> bool | None:
    """Whether a switch is on; None where it is not among them."""
    return next((switch.enabled for switch in switches if switch.rule is rule), None)
