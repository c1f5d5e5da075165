"""The certificate policy: each switch read by its own means, and told where it cannot be.

A release says by its help how it spells a switch. A spelling whose meaning is not known is not read
and never sent.
"""

from collections.abc import Callable

from service.domain.join_policy import JoinPolicies, Rule, Switch
from service.drivers.aireos.book import Book
from service.drivers.links.cli import CliLink
from service.errors import CapabilityMissing
from service.transcripts import aireos_policy

Read = tuple[bool | None, str]
"""A switch, or why it is not known."""


class PolicyReader:
    """Reads the policy of one controller; as long-lived as its driver."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._spelling: str | None = None

    def read(self, cli: CliLink, *, timeout_s: float) -> JoinPolicies:
        """Every switch that can be told. Raises DeviceUnreachable."""
        found = {
            **self._expiry(cli, timeout_s),
            Rule.ALLOW_SSC: self._page(cli, "policy", aireos_policy.allows_ssc, timeout_s),
            Rule.VALIDATE_SSC_HASH: self._page(cli, "ssc", aireos_policy.validates_hash, timeout_s),
        }
        known = tuple(Switch(r, found[r][0] is True) for r in Rule if found[r][0] is not None)
        return JoinPolicies(known, tuple((r, found[r][1]) for r in Rule if found[r][0] is None))

    def line(self, switch: Switch) -> str:
        """What sets a switch."""
        word = "enable" if switch.enabled else "disable"
        return self._book.policies.lines[switch.rule.value].line.format(word=word)

    def _expiry(self, cli: CliLink, timeout_s: float) -> dict[Rule, Read]:
        """Both switches on expiry, from the lines that speak of them."""
        why = self._why_unspelled(cli, timeout_s)
        ignored = None
        if not why:
            command = self._book.policies.expiry
            try:
                ignored = aireos_policy.ignored_expiries(cli.show(command, timeout_s=timeout_s))
                why = f"{command}: the answer is not understood"
            except CapabilityMissing as err:
                why = err.detail
        return {
            rule: (None if ignored is None else kind in ignored, why)
            for rule, kind in ((Rule.IGNORE_MIC_EXPIRY, "mic"), (Rule.IGNORE_SSC_EXPIRY, "ssc"))
        }

    def _why_unspelled(self, cli: CliLink, timeout_s: float) -> str:
        """Why the release's own spelling cannot be used; empty where it can."""
        policies = self._book.policies
        if self._spelling is None:
            offered = cli.words_after(policies.spelled_by, timeout_s=timeout_s).split()
            self._spelling = next((one for one in policies.spellings if one in offered), "")
        spelling = policies.spellings.get(self._spelling)
        if spelling is None:
            return "this release offers no switch for certificates that have run out"
        if not spelling.known:
            return f"this release spells it {self._spelling}, and what that turns is not verified"
        return ""

    def _page(
        self, cli: CliLink, key: str, reader: Callable[[str], bool | None], timeout_s: float
    ) -> Read:
        command = self._book.commands[key].command
        try:
            value = reader(cli.show(command, timeout_s=timeout_s))
        except CapabilityMissing as err:
            return None, err.detail
        return value, f"{command} does not say it in words that are known"
