"""The certificate policy: each switch read by its own means, and told where it cannot be.

A release says by its help how it spells a switch. Where the help tells nothing (unverified: it may
not be there for every account), the documented releases of a spelling count; a line that is not
known is refused then, and what was sent is read back either way. A spelling whose meaning is not
known is not read and never sent.
"""

from collections.abc import Callable

from service.domain.join_policy import SWITCHES, JoinPolicies, Rule, Switch
from service.domain.releases import Release, fits
from service.drivers.aireos.book import Book
from service.drivers.links.cli import CliLink
from service.drivers.links.cli_words import UNKNOWN_COMMAND
from service.errors import CapabilityMissing
from service.transcripts import aireos_policy

Read = tuple[bool | None, str]
"""A switch, or why it is not known."""


class PolicyReader:
    """Reads the policy of one controller; as long-lived as its driver."""

    def __init__(self, book: Book, release: Release | None = None) -> None:
        self._book = book
        self._release = release
        self._spelling: str | None = None

    def read(self, cli: CliLink, *, timeout_s: float) -> JoinPolicies:
        """Every switch that can be told. Raises DeviceUnreachable."""
        found = {
            **self._expiry(cli, timeout_s),
            Rule.ALLOW_SSC: self._page(cli, "policy", aireos_policy.allows_ssc, timeout_s),
            Rule.VALIDATE_SSC_HASH: self._page(cli, "ssc", aireos_policy.validates_hash, timeout_s),
        }
        known = tuple(Switch(r, found[r][0] is True) for r in SWITCHES if found[r][0] is not None)
        return JoinPolicies(known, tuple((r, found[r][1]) for r in SWITCHES if found[r][0] is None))

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
            offered = cli.words_after(policies.spelled_by, timeout_s=timeout_s)
            spelled = (one for one in policies.spellings if one in offered.split())
            self._spelling = next(spelled, "" if _tells(offered) else self._documented())
        spelling = policies.spellings.get(self._spelling)
        if spelling is None:
            return "this release offers no switch for certificates that have run out"
        if not spelling.known:
            return f"this release spells it {self._spelling}, and what that turns is not verified"
        return ""

    def _documented(self) -> str:
        """The spelling that documents give this release; empty where they give none."""
        for name, spelling in self._book.policies.spellings.items():
            if self._release and spelling.since and fits(self._release, spelling.since):
                return name
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


def _tells(offered: str) -> bool:
    """Whether this is a list of words, not a refusal or nothing at all."""
    return bool(offered.strip()) and UNKNOWN_COMMAND.search(offered) is None
