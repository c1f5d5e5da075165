"""Applied, refused, busy, unsent, unknown: each is told apart, and nothing is sent twice."""

from datetime import datetime

import pytest

from service.domain.changes import GUARDS, AddNtp, ArmGuard, RemoveNtp, RemoveTimers, SaveConfig
from service.domain.ntp import NtpConfig, NtpEntry
from service.drivers.iosxe.driver import SYNCS_BELIEVED
from service.errors import (
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceUnreachable,
    OutcomeUnknown,
)
from tests.contract.drivers.scripted_box import IA, box, changes, driver
from tests.contract.drivers.scripted_server import (
    CANDIDATE,
    DROP,
    HANG,
    ROLLBACK,
    RUNNING,
    ScriptedServer,
    Then,
    data,
    error,
    hello,
    ok,
    operation,
    refuses,
    replied,
)

NTP = NtpConfig((NtpEntry("server", "server-list", "192.0.2.1"),))
REMOVE, SAVE = RemoveNtp(NTP), SaveConfig()
BAD_CLI = (
    f'<error-info><severity xmlns="{IA}">error_cli</severity><detail xmlns="{IA}"><bad-cli>'
    "<bad-command>no ntp server 192.0.2.1</bad-command><error-location>0</error-location>"
    "<parser-response>% Invalid input</parser-response></bad-cli></detail></error-info>"
)
LONG_S = 10.0
NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
NTP_NS = "http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"


def edits(answer):
    """An answer for edit-config alone; everything else is well."""
    return box(lambda rpc: answer(rpc) if operation(rpc) == "edit-config" else ok(rpc))


def test_an_accepted_change_is_told_with_what_was_sent_and_by_which_session():
    with ScriptedServer(box()) as server, driver(server) as box_driver:
        receipt = box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config"]
    assert receipt.session == "7"
    assert receipt.sent == box_driver.render(REMOVE)


@pytest.mark.parametrize(
    ("tag", "more"),
    [
        ("data-exists", ""),
        ("data-missing", ""),
        ("invalid-value", BAD_CLI),
        ("operation-failed", ""),
        ("access-denied", ""),
        ("unknown-element", ""),
        ("malformed-message", ""),
    ],
)
@pytest.mark.parametrize("change", [REMOVE, SAVE], ids=["edit", "save"])
def test_a_refusal_tells_the_tag_and_the_parsers_words_and_is_not_repeated(tag, more, change):
    answer = box(refuses(tag, message="because", more=more))
    with ScriptedServer(answer) as server:
        with driver(server) as box_driver, pytest.raises(ChangeRefused) as caught:
            box_driver.change(change, timeout_s=LONG_S)
        assert len(changes(server)) == 1
    assert caught.value.error_tag == tag
    assert "because" in str(caught.value)
    assert ("no ntp server 192.0.2.1" in str(caught.value)) is bool(more)


def test_several_errors_in_one_reply_are_one_refusal():
    def answer(rpc):
        return replied(rpc, error("data-missing", "first") + error("operation-failed", "second"))

    with (
        ScriptedServer(edits(answer)) as server,
        driver(server) as box_driver,
        pytest.raises(ChangeRefused) as caught,
    ):
        box_driver.change(REMOVE, timeout_s=LONG_S)
    assert caught.value.error_tag == "data-missing"
    assert "second" in str(caught.value)


@pytest.mark.parametrize("tag", ["lock-denied", "in-use", "resource-denied"])
def test_a_box_that_has_no_time_is_busy_and_not_asked_again(tag):
    with ScriptedServer(edits(refuses(tag))) as server:
        with driver(server) as box_driver, pytest.raises(DeviceBusy):
            box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config"]


@pytest.mark.parametrize("words", ["Sync in progress", "true", "  SYNC IN PROGRESS \n"])
def test_nothing_is_sent_to_a_box_that_is_syncing(words):
    with ScriptedServer(box(syncing=words)) as server:
        with driver(server) as box_driver, pytest.raises(DeviceBusy):
            box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == []


def test_a_box_that_says_syncing_for_ever_is_asked_to_refuse_itself():
    with ScriptedServer(box(syncing="Sync in progress")) as server, driver(server) as box_driver:
        for _ in range(SYNCS_BELIEVED):
            with pytest.raises(DeviceBusy):
                box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == []
        box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config"]


@pytest.mark.parametrize(
    "words", ["No sync in progress", "sync is not in progress", "false", "whatever", ""]
)
def test_a_box_that_is_not_syncing_is_changed(words):
    with ScriptedServer(box(syncing=words)) as server, driver(server) as box_driver:
        box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config"]


@pytest.mark.parametrize(
    "answer",
    [
        refuses("operation-not-supported"),
        refuses("unknown-element"),
        ok,
        lambda rpc: replied(rpc, "<a><b></a>"),
    ],
    ids=["not-supported", "unknown", "ok", "no-xml"],
)
def test_a_box_that_cannot_say_whether_it_is_syncing_is_not_left_alone_for_it(answer):
    plain = box()

    def asked(rpc):
        return answer(rpc) if operation(rpc) == "is-syncing" else plain(rpc)

    with ScriptedServer(asked) as server, driver(server) as box_driver:
        try:
            box_driver.change(REMOVE, timeout_s=LONG_S)
        except DeviceUnreachable:  # a reply that is no XML ended the session: nothing was sent
            assert changes(server) == []
        else:
            assert changes(server) == ["edit-config"]


@pytest.mark.parametrize(
    "answer",
    [
        DROP,
        HANG,
        lambda rpc: Then(ok(rpc), part=0.5, drop=True),
        lambda rpc: Then(ok(rpc), part=0.5),
        lambda rpc: Then(ok(rpc), after_s=1.5),
        lambda rpc: replied(rpc, "<a><b></a>"),
        lambda _: "no XML at all",
        lambda rpc: ok(rpc).replace("message-id", "x"),
        lambda rpc: ok(rpc).replace('id="', 'id="not-'),
    ],
    ids=["drop", "hang", "truncated", "half", "late", "bad-xml", "words", "no-id", "other-id"],
)
@pytest.mark.parametrize("change", [REMOVE, SAVE], ids=["edit", "save"])
def test_a_lost_reply_is_unknown_and_nothing_more_is_sent_over_that_session(answer, change):
    given = answer if callable(answer) else lambda _: answer
    with ScriptedServer(box(given)) as server:
        with driver(server) as box_driver, pytest.raises(OutcomeUnknown):
            box_driver.change(change, timeout_s=0.7)
        with pytest.raises(DeviceUnreachable):
            box_driver.change(change, timeout_s=0.7)
        assert len(changes(server)) == 1
        assert server.sessions == 1  # it is for others to connect again: nothing does so by itself


def test_a_warning_alone_means_that_it_was_done():
    answer = edits(refuses("operation-failed", severity="warning"))
    with ScriptedServer(answer) as server, driver(server) as box_driver:
        box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config"]


def test_an_error_after_a_warning_is_a_refusal():
    def answer(rpc):
        return replied(rpc, error("x", severity="warning") + error("data-missing"))

    with (
        ScriptedServer(edits(answer)) as server,
        driver(server) as box_driver,
        pytest.raises(ChangeRefused) as caught,
    ):
        box_driver.change(REMOVE, timeout_s=LONG_S)
    assert caught.value.error_tag == "data-missing"


def test_a_session_that_was_closed_before_sends_nothing():
    with ScriptedServer(box()) as server:
        with driver(server) as box_driver:
            pass
        with pytest.raises(DeviceUnreachable):
            box_driver.change(SAVE, timeout_s=LONG_S)
        assert changes(server) == []


def test_a_save_that_answers_with_a_failure_was_refused():
    def answer(rpc):
        return replied(rpc, f'<result xmlns="{IA}">Save running-config failed</result>')

    with (
        ScriptedServer(box(answer)) as server,
        driver(server) as box_driver,
        pytest.raises(ChangeRefused),
    ):
        box_driver.change(SAVE, timeout_s=LONG_S)


def test_a_save_that_answers_with_success_is_applied():
    def answer(rpc):
        return replied(rpc, f'<result xmlns="{IA}">Save running-config successful</result>')

    with ScriptedServer(box(answer)) as server, driver(server) as box_driver:
        assert box_driver.change(SAVE, timeout_s=LONG_S).session == "7"


def test_rollback_on_error_is_asked_for_where_it_is_announced():
    for greeting, wanted in ((hello(RUNNING, ROLLBACK), 1), (hello(RUNNING), 0)):
        with ScriptedServer(box(), greeting=greeting) as server, driver(server) as box_driver:
            box_driver.change(REMOVE, timeout_s=LONG_S)
            (edit,) = [rpc for rpc in server.rpcs if operation(rpc) == "edit-config"]
        assert [e.text for e in edit.iter("{*}error-option")] == ["rollback-on-error"] * wanted


def test_an_entry_that_the_timer_could_not_write_back_is_said_before_anything_is_sent():
    odd = NtpConfig((NtpEntry("server", "server-list", "192.0.2.1", None, (("glow", "3"),)),))
    guard = ArmGuard(GUARDS[0], "r1", 60, odd, 2022, datetime(2026, 11, 22), ())  # noqa: DTZ001
    with ScriptedServer(box()) as server:
        with driver(server) as box_driver, pytest.raises(CapabilityMissing):
            box_driver.change(guard, timeout_s=LONG_S)
        assert changes(server) == []


# -- the candidate datastore -------------------------------------------------------------------

ONLY_CANDIDATE = hello(CANDIDATE, ROLLBACK)
WHOLE = ["lock", "edit-config", "commit", "unlock"]


def test_running_is_edited_where_it_is_writable_though_there_is_a_candidate():
    greeting = hello(CANDIDATE, RUNNING, ROLLBACK)
    with ScriptedServer(box(), greeting=greeting) as server, driver(server) as box_driver:
        box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config"]


def test_the_candidate_is_locked_edited_committed_and_unlocked():
    with ScriptedServer(box(), greeting=ONLY_CANDIDATE) as server, driver(server) as box_driver:
        box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == WHOLE
        targets = [t[0].tag for rpc in server.rpcs for t in rpc.iter("{*}target")]
    assert {tag.rpartition("}")[2] for tag in targets} == {"candidate"}


def test_a_running_that_is_not_writable_after_all_leads_to_the_candidate():
    def answer(rpc):
        running = next(rpc.iter("{*}running"), None) is not None
        return refuses("operation-not-supported")(rpc) if running else ok(rpc)

    greeting = hello(CANDIDATE, RUNNING, ROLLBACK)
    with ScriptedServer(box(answer), greeting=greeting) as server, driver(server) as box_driver:
        box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == ["edit-config", *WHOLE]


@pytest.mark.parametrize(
    ("where", "tag", "kind", "sent"),
    [
        ("lock", "lock-denied", DeviceBusy, ["lock"]),
        ("edit-config", "data-missing", ChangeRefused, [*WHOLE[:2], "discard-changes", "unlock"]),
        ("commit", "in-use", DeviceBusy, [*WHOLE[:3], "discard-changes", "unlock"]),
        ("commit", "operation-failed", ChangeRefused, [*WHOLE[:3], "discard-changes", "unlock"]),
    ],
)
def test_a_refusal_leaves_no_candidate_behind(where, tag, kind, sent):
    def answer(rpc):
        return refuses(tag)(rpc) if operation(rpc) == where else ok(rpc)

    with ScriptedServer(box(answer), greeting=ONLY_CANDIDATE) as server:
        with driver(server) as box_driver, pytest.raises(kind):
            box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == sent


@pytest.mark.parametrize(
    ("where", "kind"),
    [("lock", DeviceUnreachable), ("edit-config", DeviceUnreachable), ("commit", OutcomeUnknown)],
)
def test_only_a_lost_commit_is_unknown(where, kind):
    def answer(rpc):
        return DROP if operation(rpc) == where else ok(rpc)

    with ScriptedServer(box(answer), greeting=ONLY_CANDIDATE) as server:
        with driver(server) as box_driver, pytest.raises(kind):
            box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == WHOLE[: WHOLE.index(where) + 1]


def test_a_change_that_was_committed_stays_applied_though_the_unlock_fails():
    def answer(rpc):
        return DROP if operation(rpc) == "unlock" else ok(rpc)

    with ScriptedServer(box(answer), greeting=ONLY_CANDIDATE) as server:
        with driver(server) as box_driver:
            box_driver.change(REMOVE, timeout_s=LONG_S)
        assert changes(server) == WHOLE


def test_a_timer_is_deleted_whether_it_is_there_or_not():
    with ScriptedServer(box()) as server, driver(server) as box_driver:
        box_driver.change(RemoveTimers(("aprejoin-clock",)), timeout_s=LONG_S)
        box_driver.change(AddNtp(NTP), timeout_s=LONG_S)
        operations = [
            value for rpc in server.rpcs for e in rpc.iter("*") for value in e.attrib.values()
        ]
    assert "remove" in operations
    assert "create" in operations


# -- what a removal leaves ---------------------------------------------------------------------

IN_VRF = RemoveNtp(NtpConfig((NtpEntry("server", "server-list", "192.0.2.1", "Mgmt-intf"),)))


def with_ntp(inside: str, on_edit=ok):
    """A box whose NTP servers are these, and which answers edits as it is told."""
    shown = (
        f'<native xmlns="{NATIVE}"><ntp><server xmlns="{NTP_NS}">{inside}</server></ntp></native>'
    )
    return box(lambda rpc: data(rpc, shown) if operation(rpc) == "get-config" else on_edit(rpc))


def test_a_vrf_that_is_left_empty_is_taken_off_too():
    with ScriptedServer(with_ntp("<vrf><name>Mgmt-intf</name></vrf>")) as server:
        with driver(server) as box_driver:
            receipt = box_driver.change(IN_VRF, timeout_s=LONG_S)
            assert receipt.sent == box_driver.render(IN_VRF)
        assert changes(server) == ["edit-config", "edit-config"]
    assert 'operation="remove"' in receipt.sent[1]


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<vrf><name>of-others</name></vrf>",
        "<vrf><name>Mgmt-intf</name><ip><host-name>theirs</host-name></ip></vrf>",
    ],
    ids=["gone", "others", "in-use"],
)
def test_a_vrf_that_is_not_left_empty_by_us_stays(inside):
    with ScriptedServer(with_ntp(inside)) as server, driver(server) as box_driver:
        assert len(box_driver.change(IN_VRF, timeout_s=LONG_S).sent) == 1
        assert changes(server) == ["edit-config"]


def test_a_tidying_whose_fate_nobody_saw_is_told_for_it_may_still_come():
    turns = iter([ok, lambda _: DROP])

    def in_turn(rpc):
        return next(turns)(rpc)

    script = with_ntp("<vrf><name>Mgmt-intf</name></vrf>", in_turn)
    with ScriptedServer(script) as server, driver(server) as box_driver:
        with pytest.raises(OutcomeUnknown):
            box_driver.change(IN_VRF, timeout_s=LONG_S)
        assert changes(server) == ["edit-config", "edit-config"]


@pytest.mark.parametrize("answer", [refuses("in-use"), refuses("data-missing")])
def test_a_removal_is_applied_though_the_tidying_is_refused(answer):
    turns = iter([ok, answer])

    def in_turn(rpc):
        return next(turns)(rpc)

    script = with_ntp("<vrf><name>Mgmt-intf</name></vrf>", in_turn)
    with ScriptedServer(script) as server, driver(server) as box_driver:
        assert len(box_driver.change(IN_VRF, timeout_s=LONG_S).sent) == 1
        assert changes(server) == ["edit-config", "edit-config"]
