"""What a C9800 accepts beside valid certificates: read, made and taken away, in every form."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import GRANTS, HOLDER, JoinPolicies, Rule, Switch
from service.domain.releases import Release
from service.drivers.iosxe.grants import join_policies, words
from service.drivers.paths import contract
from service.lab.aps.state import Phase
from service.lab.errors import RpcRefusedError
from service.lab.yang.edit import canonical
from service.lab.yang.judge import parse
from tests.unit.drivers.ntp_forms import RELEASES, payloads, send
from tests.unit.lab.support import CRYPTO, Bench, config

PATHS = contract("iosxe")
EVERY_RELEASE = pytest.mark.parametrize("release", RELEASES)
MANUFACTURING, ACT2 = GRANTS
OURS = "aprejoin-manufacturing-ca"
OFF = JoinPolicies(tuple(Switch(rule, enabled=False) for rule in (*GRANTS, HOLDER)))
NAMES = st.sampled_from(["OLD", "map1", "MIC-MAP", "aprejoin-other"])
TEXTS = st.sampled_from(["Cisco Manufacturing CA", "ACT2 SUDI CA", "cisco", "Lab", "sudi"])
FIELDS = st.sampled_from(["issuer-name", "subject-name"])
ROWS = st.lists(st.tuples(NAMES, FIELDS, TEXTS), max_size=4, unique_by=lambda row: row[0])
MATCHES = st.lists(st.tuples(NAMES, st.booleans()), max_size=4, unique_by=lambda one: one[0])


def is_old(release: str) -> bool:
    return release in RELEASES[:2]


def row_xml(release: str, tag: str, field: str, text: str, sequence: int = 1) -> str:
    value = escape(text) if is_old(release) else f"<name>{escape(text)}</name>"
    inside = (
        f"<map><tag>{tag}</tag><sequence>{sequence}</sequence>"
        f"<{field}><co>{value}</co></{field}></map>"
    )
    return inside if is_old(release) else f"<pki-map>{inside}</pki-map>"


def match_xml(name: str, inside: str = "<allow><expired-certificate/></allow>") -> str:
    entry = f"<certificate><name>{name}</name>{inside}</certificate>"
    return f"<trustpool><policy><match>{entry}</match></policy></trustpool>"


def edit(bench: Bench, *rows: str, matches: tuple[str, ...] = ()) -> None:
    for part in (*(f"<certificate>{row}</certificate>" for row in rows), *matches):
        bench.edit(f'<crypto><pki xmlns="{CRYPTO}">{part}</pki></crypto>')


def box(release: str, **ap) -> Bench:
    return Bench(release=release, ntp=[], aps=[{"kind": "mic_expired", **ap}])


def read(bench: Bench, release: str) -> JoinPolicies:
    return join_policies(PATHS, Release.parse(release), bench.box.stores.running)


def turn(bench: Bench, release: str, rule: Rule, *, on: bool) -> None:
    send(bench, payloads(release).of(SetJoinPolicy(rule, before=not on, after=on)))


@EVERY_RELEASE
@pytest.mark.parametrize(
    ("rule", "issuer"), [(MANUFACTURING, "Cisco Manufacturing CA"), (ACT2, "ACT2 SUDI CA")]
)
def test_what_is_made_is_read_lets_the_aps_in_and_is_taken_away_without_a_trace(
    release, rule, issuer
):
    bench = box(release, issuer=issuer)
    (state,) = bench.box.aps.states.values()
    before = canonical(bench.box.stores.running)
    assert read(bench, release) == OFF
    turn(bench, release, rule, on=True)
    assert [one.rule for one in read(bench, release).switches if one.enabled] == [rule, HOLDER]
    bench.wait(10)
    bench.box.see_aps()
    assert state.phase is Phase.REGISTERED
    turn(bench, release, rule, on=False)
    assert [one.rule for one in read(bench, release).switches if one.enabled] == [HOLDER]
    turn(bench, release, HOLDER, on=False)
    assert canonical(bench.box.stores.running) == before


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RELEASES), ROWS, MATCHES, st.permutations(GRANTS))
def test_capture_make_take_away_leaves_what_others_made_as_it_was(release, rows, matches, order):
    bench = Bench(release=release, ntp=[], aps=[])
    edit(bench, *(row_xml(release, *row) for row in rows))
    for name, allows in matches:
        inside = "<allow><expired-certificate/></allow>" if allows else ""
        edit(bench, matches=(match_xml(name, inside),))
    before, captured = canonical(bench.box.stores.running), read(bench, release)
    assert captured.switches == (*OFF.switches[:2], Switch(HOLDER, enabled=bool(matches)))
    allowed = {name for name, allows in matches if allows}
    for rule in GRANTS:
        issuer = PATHS.edits.join_policy.grants[rule.value].issuer
        others = [
            tag
            for tag, field, text in rows
            if tag in allowed and field == "issuer-name" and text.lower() in issuer
        ]
        assert (captured.by_others(rule) is not None) is bool(others)
    for rule in order:
        turn(bench, release, rule, on=True)
    there = read(bench, release)
    assert all(one.enabled for one in there.switches)
    assert there.others == captured.others
    for rule in reversed(order):
        turn(bench, release, rule, on=False)
    if not captured.of(HOLDER):
        turn(bench, release, HOLDER, on=False)
    assert canonical(bench.box.stores.running) == before


STRANGE = {
    "a map of ours alone": lambda r: ((row_xml(r, OURS, "issuer-name", "x"),), ()),
    "a match of ours alone": lambda _: ((), (match_xml(OURS),)),
    "another issuer": lambda r: (
        (row_xml(r, OURS, "issuer-name", "lab"),), (match_xml(OURS),)),
    "another sequence": lambda r: (
        (row_xml(r, OURS, "issuer-name", "cisco manufacturing ca", 7),), (match_xml(OURS),)),
    "another test beside it": lambda r: (
        (row_xml(r, OURS, "issuer-name", "cisco manufacturing ca"),
         row_xml(r, OURS, "subject-name", "x")), (match_xml(OURS),)),
    "something skipped": lambda r: (
        (row_xml(r, OURS, "issuer-name", "cisco manufacturing ca"),),
        (match_xml(OURS, "<skip>revocation-check</skip>"),)),
}  # fmt: skip


@EVERY_RELEASE
@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_what_stands_under_our_name_and_is_not_as_we_write_it_is_not_known(release, strange):
    bench = Bench(release=release, ntp=[], aps=[])
    rows, matches = strange(release)
    edit(bench, *rows, matches=matches)
    found = read(bench, release)
    assert found.of(MANUFACTURING) is None
    assert f"under our name {OURS}" in found.why_unread(MANUFACTURING)
    assert found.of(ACT2) is False
    assert found.by_others(MANUFACTURING) is None


@EVERY_RELEASE
def test_what_is_there_already_is_never_merged_with(release):
    bench = Bench(release=release, ntp=[], aps=[])
    edit(bench, matches=(match_xml(OURS, ""),))
    with pytest.raises(RpcRefusedError) as refused:
        turn(bench, release, MANUFACTURING, on=True)
    assert refused.value.tag == "data-exists"
    turn(bench, release, ACT2, on=True)
    with pytest.raises(RpcRefusedError):
        turn(bench, release, ACT2, on=True)
    turn(bench, release, ACT2, on=False)
    with pytest.raises(RpcRefusedError) as gone:
        turn(bench, release, ACT2, on=False)
    assert gone.value.tag == "data-missing"


@EVERY_RELEASE
def test_the_letters_case_that_a_box_keeps_is_no_matter(release):
    bench = Bench(release=release, ntp=[], aps=[])
    name = "Cisco Manufacturing CA"
    edit(bench, row_xml(release, OURS, "issuer-name", name), matches=(match_xml(OURS),))
    assert read(bench, release).of(MANUFACTURING) is True


def test_a_switch_of_the_other_platform_is_refused():
    with pytest.raises(ValueError, match="no such switch"):
        payloads("17.9.1").of(SetJoinPolicy(Rule.ALLOW_SSC, before=False, after=True))


def test_an_entry_without_a_name_is_told_not_passed_over():
    reply = config(f'<crypto><pki xmlns="{CRYPTO}">{match_xml("")}</pki></crypto>')
    data = parse(etree.tostring(reply))
    with pytest.raises(ValueError, match="without name"):
        join_policies(PATHS, Release.parse("17.9.1"), data)


def test_the_lines_for_a_person_make_and_take_away_the_same():
    by_hand = words(PATHS)
    for rule in GRANTS:
        grant = PATHS.edits.join_policy.grants[rule.value]
        made = by_hand.policy_line(Switch(rule, enabled=True)).splitlines()
        gone = by_hand.policy_line(Switch(rule, enabled=False)).splitlines()
        assert f" issuer-name co {grant.issuer}" in made
        assert f" match certificate {grant.name} allow expired-certificate" in made
        assert gone[1] == f" no match certificate {grant.name} allow expired-certificate"
        assert gone[2] == f"no crypto pki certificate map {grant.name} 1"
