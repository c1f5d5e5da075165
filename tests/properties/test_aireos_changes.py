"""Capture, apply, undo gives back the same configuration: over any table, policy and zone.

The box is a table in memory that prints and takes what AireOS does; no socket is opened.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from service.domain.changes import AddNtp, RemoveNtp, SetClock, SetJoinPolicy
from service.domain.join_policy import SWITCHES, Rule
from service.domain.ntp import NtpConfig
from service.drivers.aireos.book import book
from service.drivers.aireos.changing import Changer
from service.drivers.aireos.images import Images
from service.drivers.aireos.listing import printed
from service.drivers.aireos.policies import PolicyReader
from service.drivers.links.cli_words import Answer
from service.transcripts import aireos_box
from service.transcripts.aireos_zone import zone_of

HOSTS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"[a-z][a-z0-9-]{0,15}(\.[a-z]{2,6}){1,2}", fullmatch=True),
)
TABLES = st.dictionaries(st.sampled_from(["1", "2", "3"]), HOSTS, max_size=3).filter(
    lambda table: len(set(table.values())) == len(table)
)
KEYS = st.dictionaries(st.sampled_from(["1", "2", "3"]), st.integers(1, 65535).map(str))
POLICIES = st.fixed_dictionaries({rule: st.booleans() for rule in SWITCHES})
USAGE = "Incorrect usage.  Use the '?' or <TAB> key to list commands."


class Box:
    """A controller in memory, as a session on its command line shows it."""

    def __init__(self, table=None, policy=None, wall=datetime(2026, 11, 22), keys=()):  # noqa: DTZ001
        self.table = dict(table or {})
        self.keys = dict(keys)
        self.policy = dict(policy or dict.fromkeys(Rule, False))
        self.wall = wall
        self.typed = []

    # -- what the ways and the link offer ------------------------------------------------

    def begin(self):
        """A new look."""

    def cli(self):
        return self

    def words_after(self, _line, **_):
        return "cert-expiry-ignore Configures cert-expiry-ignore check operation.\n"

    def show(self, command, **_):
        on = {True: "enabled", False: "disabled"}
        if command == "show time":
            return self._time()
        if command == "show auth-list":
            return (
                f"Allow APs with Self-signed Certificate (SSC) .... {on[self._is(Rule.ALLOW_SSC)]}"
            )
        if command == "show certificate ssc":
            word = "Enabled" if self._is(Rule.VALIDATE_SSC_HASH) else "Disabled"
            return f"SSC Hash validation............................ {word}."
        kinds = {"mic": Rule.IGNORE_MIC_EXPIRY, "ssc": Rule.IGNORE_SSC_EXPIRY}
        lines = [
            f" ap cert-expiry-ignore {k} enable" for k, rule in kinds.items() if self._is(rule)
        ]
        return "\n".join([*lines, "", f"There are {len(lines)} lines matching the pattern x "])

    def configure(self, line, **_):
        self.typed.append(line)
        match line.split():
            case ["config", "time", "ntp", *words]:
                return self._ntp(words)
            case ["config", "time", "manual", date, clock]:
                if date == "none":
                    return Answer(USAGE)
                self.wall = datetime.strptime(f"{date} {clock}", "%m/%d/%y %H:%M:%S")  # noqa: DTZ007
            case ["save", "config"]:
                return Answer("", "Are you sure you want to save? (y/n)")
            case words:
                lines = {
                    rule.value: book().policies.lines[rule.value].line.removesuffix(" {word}")
                    for rule in SWITCHES
                }
                (rule,) = [Rule(r) for r, text in lines.items() if text == " ".join(words[:-1])]
                self.policy[rule] = words[-1] == "enable"
        return Answer("")

    def _ntp(self, words):
        match words:
            case ["delete", slot]:
                if self.table.pop(slot, None) is None:
                    return Answer("Incorrect input! Use 'config time ntp delete <index>'")
                self.keys.pop(slot, None)
            case ["server", slot, host]:
                self.table[slot] = host
                self.keys.pop(slot, None)
            case ["auth", "enable", slot, key]:
                if slot not in self.table:
                    return Answer("Error! Server Index is invalid")
                self.keys[slot] = key
        return Answer("")

    def _is(self, rule):
        return self.policy[rule]

    def _time(self):
        rows = [
            f"       {slot}       {self.keys.get(slot, 0)}      {host}     In Sync       "
            f"AUTH {'SUCCESS' if slot in self.keys else 'DISABLED'}"
            for slot, host in sorted(self.table.items())
        ]
        return "\n".join(
            [
                f"Time............... {self.wall:%a %b} {self.wall.day:>2} {self.wall:%H:%M:%S %Y}",
                "    Index  NTP Key Index   NTP Server    Status    NTP Msg Auth Status",
                "    -----------------------------------------------------------------",
                *rows,
            ]
        )


def captured(box):
    (part,) = aireos_box.read(printed("show time", box.show("show time", timeout_s=1)))
    return part.says["ntp"]


class NoSecrets:
    def resolve(self, reference: str) -> str:
        raise AssertionError(f"nobody needs {reference}")


def changer_of(box: Box) -> Changer:
    return Changer("wlc", box, book(), images=Images("wlc", box, book(), NoSecrets()))


@given(TABLES)
def test_every_ntp_table_is_taken_off_and_put_back_index_by_index(table):
    box = Box(table)
    changer = changer_of(box)
    ntp = captured(box)
    changer.change(RemoveNtp(ntp), timeout_s=1)
    assert box.table == {}
    changer.change(AddNtp(ntp), timeout_s=1)
    assert box.table == table
    assert captured(box) == ntp


@given(TABLES, KEYS)
def test_every_key_comes_back_with_its_server(table, keys):
    keys = {slot: key for slot, key in keys.items() if slot in table}
    box = Box(table, keys=keys)
    changer = changer_of(box)
    ntp = captured(box)
    changer.change(RemoveNtp(ntp), timeout_s=1)
    assert (box.table, box.keys) == ({}, {})
    changer.change(AddNtp(ntp), timeout_s=1)
    assert (box.table, box.keys) == (table, keys)
    assert captured(box) == ntp


@given(TABLES, TABLES)
def test_what_others_added_meanwhile_is_never_written_over(table, theirs):
    box = Box(table)
    changer = changer_of(box)
    ntp = captured(box)
    changer.change(RemoveNtp(ntp), timeout_s=1)
    box.table.update(theirs)
    there = captured(box)
    missing = NtpConfig(
        tuple(
            entry
            for entry in ntp.entries
            if not any(o.slot == entry.slot or o.host == entry.host for o in there.entries)
        )
    )
    changer.change(AddNtp(missing), timeout_s=1)
    assert theirs.items() <= box.table.items()
    assert {entry.slot: entry.host for entry in missing.entries}.items() <= box.table.items()


@given(POLICIES, st.permutations(SWITCHES))
def test_every_policy_is_turned_and_turned_back(policy, order):
    box = Box(policy=policy)
    changer, reader = changer_of(box), PolicyReader(book())
    before = reader.read(box, timeout_s=1)
    assert {switch.rule: switch.enabled for switch in before.switches} == policy
    for rule in order:
        changer.change(SetJoinPolicy(rule, policy[rule], not policy[rule]), timeout_s=1)
    assert all(box.policy[rule] is not policy[rule] for rule in SWITCHES)
    for rule in reversed(order):
        changer.change(SetJoinPolicy(rule, not policy[rule], policy[rule]), timeout_s=1)
    assert box.policy == policy
    assert reader.read(box, timeout_s=1) == before


PLACES = st.sampled_from(
    [
        "(GMT -5:00) Eastern Time (US and Canada)",
        "(GMT +1:00) Amsterdam, Berlin, Rome, Vienna",
        "(GMT +5:45) Katmandu",
        "(GMT +10:00) Sydney, Melbourne, Canberra",
        "(GMT) London, Lisbon, Dublin, Edinburgh",
    ]
)


@given(PLACES, st.integers(0, 2_000_000_000))
def test_the_clock_is_set_to_the_moment_that_was_meant_in_every_zone(place, seconds):
    """Two digits of the year are no trap, and the local time that is typed names the moment."""
    moment = datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
    zone = zone_of(place, "")
    assume(zone.is_plain(moment))
    box = Box()
    changer = changer_of(box)
    changer.change(SetClock("r", 0, zone.local(moment), false=True), timeout_s=1)
    assert zone.to_utc(box.wall) == moment
