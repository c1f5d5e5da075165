"""Access points: loops, recoveries, refusals, as a function of time and the controller's clock."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from service.lab.aps.state import Phase
from service.lab.oper.build import ALL, wanted
from service.lab.oper.capwap import access_points
from service.lab.yang.judge import parse
from tests.unit.lab.support import APO, CRYPTO, Bench

IN_THE_WINDOW = datetime(2022, 12, 2, tzinfo=UTC)
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)


def alone(kind: str, **settings) -> tuple[Bench, object]:
    """A box without NTP and its one access point."""
    ap = {"kind": kind, **settings}
    bench = Bench(ntp=[], aps=[ap])
    (state,) = bench.box.aps.states.values()
    return bench, state


def pass_(bench: Bench, seconds: float) -> None:
    bench.wait(seconds)
    bench.box.see_aps()


def clock(bench: Bench, moment: datetime) -> None:
    bench.box.set_clock(bench.box.advance(), moment, "test")


def test_a_looping_ap_downloads_again_and_again_at_today_s_date():
    bench, state = alone("looping")
    downloads = []
    for _ in range(40):
        pass_(bench, 0.7)
        downloads.append(state.counters.downloads)
    assert downloads[-1] >= 4
    assert state.version == "8.10.185.0"


def test_its_image_start_time_moves_and_its_percentage_falls():
    bench, state = alone("looping")
    starts, percents = set(), []
    for _ in range(60):
        pass_(bench, 0.5)
        if state.present:
            starts.add(state.download_start)
            percents.append(state.percent(bench.time.now))
    assert len(starts) > 3
    assert any(later < earlier for earlier, later in pairwise(percents))


def test_between_two_downloads_it_is_away():
    bench, state = alone("looping")
    phases = Counter()
    for _ in range(70):
        pass_(bench, 0.1)
        phases[state.phase] += 1
    assert phases[Phase.BOOTING] > 20
    assert phases[Phase.DOWNLOADING] > 20


def test_inside_the_window_it_takes_the_image_and_registers():
    bench, state = alone("looping")
    clock(bench, IN_THE_WINDOW)
    pass_(bench, 20)
    assert state.phase is Phase.REGISTERED
    assert state.version == bench.box.image


def test_a_clock_before_the_certificate_s_start_does_not_help():
    bench, state = alone("looping", cert_start="2005-01-01T00:00:00Z")
    clock(bench, LONG_AGO)  # the controller's own certificate is not valid then either
    pass_(bench, 30)
    assert state.phase is not Phase.REGISTERED
    assert state.version == "8.10.185.0"


def test_the_image_certificates_run_out_at_their_second():
    for signature, second in (("sha1", "21:37:36"), ("sha2", "21:43:46")):
        end = datetime.fromisoformat(f"2022-12-04T{second}+00:00")
        for early, expected in ((60, Phase.REGISTERED), (0, None)):
            bench, state = alone("looping", signature=signature)
            pass_(bench, 8)
            clock(bench, datetime.fromtimestamp(end.timestamp() - early, UTC))
            pass_(bench, 20)
            assert (state.phase is Phase.REGISTERED) == (expected is Phase.REGISTERED)


def test_a_registered_ap_stays_when_the_clock_jumps():
    bench, state = alone("healthy", cert_start="2024-01-01T00:00:00Z")
    clock(bench, IN_THE_WINDOW)
    pass_(bench, 600)
    assert state.phase is Phase.REGISTERED


def test_but_it_cannot_rejoin_while_its_certificate_is_not_valid_yet():
    bench, state = alone("healthy", cert_start="2024-01-01T00:00:00Z")
    clock(bench, IN_THE_WINDOW)
    bench.box.see_aps().reset(state, bench.time.now)
    pass_(bench, 600)
    assert state.phase is Phase.BOOTING
    assert state.refusal.dtls == "dtls-hs-cert-auth"
    clock(bench, datetime(2026, 6, 1, tzinfo=UTC))
    pass_(bench, 10)
    assert state.phase is Phase.REGISTERED


def test_nobody_joins_before_the_controller_s_own_certificate_is_valid():
    bench = Bench(
        ntp=[],
        certificate={"start": "2023-03-01T00:00:00Z", "end": "2033-03-01T00:00:00Z"},
        aps=[{"kind": "looping"}],
    )
    (state,) = bench.box.aps.states.values()
    clock(bench, IN_THE_WINDOW)
    pass_(bench, 60)
    assert state.phase is Phase.BOOTING
    assert state.refusal.dtls == "dtls-hs-peer-alert"


def test_a_straggler_hangs_at_a_hundred_percent_until_it_is_reset():
    bench, state = alone("straggler")
    pass_(bench, 60)
    assert state.phase is Phase.STUCK
    assert state.percent(bench.time.now) == 100
    clock(bench, IN_THE_WINDOW)
    pass_(bench, 600)
    assert state.phase is Phase.STUCK
    bench.box.see_aps().reset(state, bench.time.now)
    pass_(bench, 20)
    assert state.phase is Phase.REGISTERED


def test_a_straggler_reset_outside_the_window_loops_like_the_others():
    bench, state = alone("straggler")
    pass_(bench, 60)
    bench.box.see_aps().reset(state, bench.time.now)
    pass_(bench, 60)
    assert state.counters.downloads > 3


def test_a_slow_download_moves_all_the_time_and_ends_well():
    bench, state = alone("slow")
    percents = []
    for _ in range(14):
        pass_(bench, 4)
        percents.append(state.percent(bench.time.now))
    assert percents == sorted(percents)
    assert len(set(percents)) > 10
    pass_(bench, 10)
    assert state.phase is Phase.REGISTERED


def test_an_ap_with_an_expired_certificate_only_shows_in_join_statistics():
    bench, state = alone("mic_expired")
    pass_(bench, 30)
    assert not state.present
    assert state.counters.dtls_failed > 5
    assert state.last_error == "ap-con-failure-dtls"


OLD_MAP = (
    "<certificate><map><tag>OLD</tag><sequence>1</sequence><issuer-name><{test}>{name}</{test}>"
    "</issuer-name></map></certificate>"
)
PKI_MAP = (
    "<certificate><pki-map><map><tag>OLD</tag><sequence>1</sequence><issuer-name><{test}>"
    "<name>{name}</name></{test}></issuer-name></map></pki-map></certificate>"
)
MATCH = (
    "<trustpool><policy><match><certificate><name>OLD</name><allow><expired-certificate/></allow>"
    "</certificate></match></policy></trustpool>"
)


def pki(*parts: str, test: str = "co", name: str = "cisco manufacturing ca") -> str:
    inside = "".join(parts).format(test=test, name=name)
    return f'<crypto><pki xmlns="{CRYPTO}">{inside}</pki></crypto>'


def let_in(release: str, edit: str, **ap) -> bool:
    bench = Bench(release=release, ntp=[], aps=[{"kind": "mic_expired", **ap}])
    (state,) = bench.box.aps.states.values()
    bench.edit(edit)
    pass_(bench, 5)
    return state.phase is Phase.REGISTERED


@pytest.mark.parametrize(
    ("release", "form"),
    [("17.3.6", OLD_MAP), ("17.6.4", OLD_MAP), ("17.9.1", PKI_MAP), ("17.12.1", PKI_MAP)],
)
def test_a_map_of_its_issuer_and_a_policy_that_allows_it_let_an_expired_ap_in(release, form):
    assert let_in(release, pki(form, MATCH))
    assert not let_in(release, pki(form))
    assert not let_in(release, pki(MATCH))
    assert not let_in(release, pki(form, MATCH, name="act2 sudi ca"))
    assert let_in(release, pki(form, MATCH, name="act2 sudi ca"), issuer="ACT2 SUDI CA")
    assert not let_in(release, pki(form, MATCH, test="nc"))


def test_the_form_of_another_release_is_refused_or_lets_nobody_in():
    assert Bench(release="17.3.6", aps=[]).refused(pki(PKI_MAP, MATCH)) == "unknown-element"
    assert not let_in("17.9.1", pki(OLD_MAP, MATCH))


def test_the_command_parser_turns_a_name_with_blanks_down():
    edit = pki(MATCH.replace("OLD", "O LD"))
    assert Bench(aps=[]).refused(edit) == "invalid-value"


def test_a_bouncing_ap_takes_the_image_each_time_and_comes_back_without_it():
    bench, state = alone("bounce")
    pass_(bench, 60)
    assert state.counters.downloads > 5
    while not state.present:
        pass_(bench, 0.5)
    assert state.version != bench.box.image
    assert state.backup == bench.box.image
    assert state.disconnect == "wtp-reboot-image-upgrade"


def test_a_corrupt_flash_is_not_cured_by_the_window():
    bench, state = alone("flash_corrupt")
    clock(bench, IN_THE_WINDOW)
    pass_(bench, 60)
    assert state.phase is not Phase.REGISTERED


def test_hours_pass_in_an_instant_and_the_counters_know():
    bench, state = alone("looping")
    pass_(bench, 70_000)
    assert state.counters.downloads > 9_000
    assert len(bench.box.log.events("ap")) < 200


def test_the_long_way_and_the_leap_end_in_the_same_loop():
    leap, far = alone("looping")
    walk, near = alone("looping")
    pass_(leap, 7_000)
    for _ in range(700):
        pass_(walk, 10)
    assert far.phase is near.phase
    assert abs(far.counters.downloads - near.counters.downloads) <= 1
    assert abs(far.until - near.until) < 0.001


def test_after_a_reload_the_registered_come_back():
    bench, state = alone("healthy")
    bench.box.reload(bench.box.advance(), "test")
    pass_(bench, 1)
    assert not state.present
    pass_(bench, 10)
    assert state.phase is Phase.REGISTERED


def test_a_filter_on_the_key_builds_one_row_of_many():
    bench = Bench(aps=[{"kind": "healthy", "count": 50}])
    mac = list(bench.box.aps.states)[7]
    asked = f"<capwap-data><wtp-mac>{mac}</wtp-mac><name/></capwap-data>"
    top = parse(f'<access-point-oper-data xmlns="{APO}">{asked}</access-point-oper-data>'.encode())
    rows = access_points(bench.box, wanted([top]), bench.time.now)["capwap-data"]
    assert [row["wtp-mac"] for row in rows] == [mac]
    assert len(list(access_points(bench.box, ALL, bench.time.now)["capwap-data"])) == 50
