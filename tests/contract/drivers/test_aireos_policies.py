"""The certificate policy of AireOS: read by its own means, turned switch by switch, put back."""

from itertools import product

import pytest

from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import Rule, Switch
from service.domain.observation import Topic
from service.domain.releases import Release
from service.drivers.aireos.book import book
from service.drivers.aireos.policies import PolicyReader
from service.errors import CapabilityMissing, ChangeRefused
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.transcripts import aireos_policy
from tests.contract.drivers.aireos_boxes import STILL, TIMEOUT_S, box, opened
from tests.support.facts import FACTS

POLICY = frozenset({Topic.JOIN_POLICY})
EXPIRY = (Rule.IGNORE_MIC_EXPIRY, Rule.IGNORE_SSC_EXPIRY)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    boxes = [
        box("eight-five", "8.5.161.0"),
        box("eight-ten", "8.10.151.0", quirks={"auth_list": "joinable"}),
        box("older", "8.5.161.0", quirks={"expiry_spelling": "lifetime-check"}),
        box("without", "8.5.161.0", quirks={"expiry_spelling": "none"}),
    ]
    fleet = {"lab": {"timings": STILL}, "controllers": boxes}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("policies")) as lab:
        yield lab


def policies(driver):
    return driver.read(POLICY, timeout_s=TIMEOUT_S).policies


@pytest.mark.parametrize("name", ["eight-five", "eight-ten"])
def test_every_switch_is_read_turned_and_put_back(lab, name):
    with opened(lab, name) as driver:
        before = policies(driver)
        assert before.unread == ()
        assert before.switches == (
            Switch(Rule.IGNORE_MIC_EXPIRY, False),  # noqa: FBT003
            Switch(Rule.IGNORE_SSC_EXPIRY, False),  # noqa: FBT003
            Switch(Rule.ALLOW_SSC, False),  # noqa: FBT003
            Switch(Rule.VALIDATE_SSC_HASH, True),  # noqa: FBT003
        )
        for switch in before.switches:
            now, then = switch.enabled, not switch.enabled
            driver.change(SetJoinPolicy(switch.rule, now, then), timeout_s=TIMEOUT_S)
            assert policies(driver).of(switch.rule) is then
        for switch in before.switches:
            back = SetJoinPolicy(switch.rule, not switch.enabled, switch.enabled)
            driver.change(back, timeout_s=TIMEOUT_S)
        assert policies(driver) == before
    assert lab.wlc(name).left_dirty() == []


def test_a_switch_that_is_not_as_it_was_is_left_alone(lab):
    with opened(lab, "eight-five") as driver, pytest.raises(ChangeRefused, match="already"):
        driver.change(SetJoinPolicy(Rule.ALLOW_SSC, True, False), timeout_s=TIMEOUT_S)  # noqa: FBT003


@pytest.mark.parametrize(
    ("name", "why"), [("older", "lifetime-check"), ("without", "offers no switch")]
)
def test_a_spelling_that_is_not_known_is_never_sent(lab, name, why):
    with opened(lab, name) as driver:
        found = policies(driver)
        assert {rule for rule, _ in found.unread} == set(EXPIRY)
        assert all(why in reason for _, reason in found.unread)
        with pytest.raises(CapabilityMissing, match=why):
            driver.change(
                SetJoinPolicy(Rule.IGNORE_MIC_EXPIRY, False, True),  # noqa: FBT003
                timeout_s=TIMEOUT_S,
            )
    assert lab.wlc(name).left_dirty() == []


def test_asking_for_help_leaves_nothing_typed(lab):
    with opened(lab, "eight-five") as driver:
        for _ in range(3):
            assert policies(driver).of(Rule.ALLOW_SSC) is False
        assert driver.read(frozenset({Topic.NTP_CONFIG}), timeout_s=TIMEOUT_S).ntp is not None


@pytest.mark.skipif(not FACTS.is_dir(), reason="the device facts are not here")
def test_the_captured_greps_are_understood():
    name = "public__grep_cert_expiry_ignore.txt"
    text = (FACTS / "aireos" / "captures" / name).read_text()
    disabled, enabled = text.partition("# case enabled")[::2]
    assert aireos_policy.ignored_expiries(disabled) == frozenset()
    assert aireos_policy.ignored_expiries(enabled) == {"mic"}


def test_an_answer_that_was_cut_is_no_answer():
    assert aireos_policy.ignored_expiries(" ap cert-expiry-ignore mic enable\n") is None
    assert aireos_policy.ignored_expiries("There are 2 lines matching the pattern x \n") is None
    assert aireos_policy.ignored_expiries("") is None


@pytest.mark.parametrize(
    ("wide", "word"), [*product([3, 40], ["enabled", "Disabled", "yes", "no"])]
)
def test_wordings_of_any_width_are_read(wide, word):
    page = f"  AP with Self-Signed Certificate{'.' * wide} {word}\n"
    assert aireos_policy.allows_ssc(page) is (word in {"enabled", "yes"})


@pytest.mark.parametrize("page", ["", "SSC Hash validation.... perhaps.", "Request failed"])
def test_other_words_leave_it_unknown(page):
    assert aireos_policy.validates_hash(page) is None
    assert aireos_policy.allows_ssc(page) is None


class SilentHelp:
    """A command line whose help tells nothing, and that greps."""

    def __init__(self, said: str) -> None:
        self.said = said

    def words_after(self, line: str, *, timeout_s: float) -> str:
        assert (line, timeout_s) == ("config ap", 1)
        return self.said

    def show(self, command: str, *, timeout_s: float) -> str:
        if timeout_s and not command.startswith("grep"):
            raise CapabilityMissing("wlc", command, "unknown")
        return "There are 0 lines matching the pattern ap cert-expiry-ignore \n"


@pytest.mark.parametrize(
    "said", ["", "Incorrect usage.  Use the '?' or <TAB> key to list commands."]
)
@pytest.mark.parametrize(
    ("release", "known"), [("8.5.161.0", True), ("7.4.140.0", True), ("7.0.252.0", False)]
)
def test_where_the_help_tells_nothing_the_documented_releases_of_a_spelling_count(
    said, release, known
):
    found = PolicyReader(book(), Release.parse(release)).read(SilentHelp(said), timeout_s=1)
    assert found.of(Rule.IGNORE_MIC_EXPIRY) is (False if known else None)
    assert found.of(Rule.ALLOW_SSC) is None


def test_help_that_lists_other_words_is_believed_whatever_the_release():
    reader = PolicyReader(book(), Release.parse("8.10.151.0"))
    found = reader.read(SilentHelp("add  Adds a foreign AP.\nreset  Resets an AP"), timeout_s=1)
    assert "offers no switch" in found.why_unread(Rule.IGNORE_MIC_EXPIRY)


def test_a_switch_that_is_printed_as_off_is_off():
    text = " ap cert-expiry-ignore mic disable\n\nThere are 1 lines matching the pattern x \n"
    assert aireos_policy.ignored_expiries(text) == frozenset()
