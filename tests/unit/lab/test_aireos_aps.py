"""Access points at a simulated AireOS controller: who joins, when, and what the log says."""

from datetime import UTC, datetime

import pytest

from service.lab.aps.state import Phase
from tests.unit.lab.aireos_bench import WlcBench

LAST_YEAR = {"start": "2010-01-10T10:00:00Z", "end": "2020-01-10T10:00:00Z"}
IGNORE = "config ap cert-expiry-ignore mic enable"


def loop(bench, seconds=60):
    """Let time pass in steps, as somebody who looks now and then."""
    for _ in range(10):
        bench.wait(seconds / 10)


def test_a_looping_ap_is_mended_inside_the_window_and_stays():
    bench = WlcBench(ntp=[], aps=[{"kind": "looping"}])
    loop(bench)
    assert bench.ap("looping-1").version == "8.3.150.0"
    bench.type("config time manual 12/02/22 00:00:00")
    loop(bench)
    assert bench.ap("looping-1").phase is Phase.REGISTERED
    bench.type("config time manual 06/01/26 12:00:00")
    loop(bench)
    assert bench.ap("looping-1").phase is Phase.REGISTERED


def test_a_straggler_hangs_until_it_is_reset_by_name():
    bench = WlcBench(ntp=[], aps=[{"kind": "straggler", "name": "yard 1"}])
    loop(bench)
    bench.type("config time manual 12/02/22 00:00:00")
    loop(bench)
    assert bench.ap("yard 1").phase is Phase.STUCK
    bench.type("config ap reset yard 1", "n")
    loop(bench)
    assert bench.ap("yard 1").phase is Phase.STUCK
    bench.type("config ap reset yard 1", "y")
    loop(bench)
    assert bench.ap("yard 1").phase is Phase.REGISTERED


def test_an_unknown_ap_is_not_reset():
    assert WlcBench().type("config ap reset nobody") == "Cisco AP name is invalid."


def test_an_ap_with_an_expired_mic_joins_while_expiry_is_ignored_and_not_after():
    bench = WlcBench(aps=[{"kind": "mic_expired"}])
    loop(bench)
    assert bench.ap("mic-expired-1").phase is Phase.BOOTING
    bench.type(IGNORE)
    loop(bench)
    assert bench.ap("mic-expired-1").phase is Phase.REGISTERED
    bench.type("config ap cert-expiry-ignore mic disable")
    bench.type("config ap reset mic-expired-1", "y")
    loop(bench)
    assert bench.ap("mic-expired-1").phase is Phase.BOOTING


def test_ignoring_the_expiry_of_the_other_kind_helps_nobody():
    bench = WlcBench(aps=[{"kind": "mic_expired"}])
    bench.type("config ap cert-expiry-ignore ssc enable")
    loop(bench)
    assert bench.ap("mic-expired-1").phase is Phase.BOOTING


def test_a_strict_ap_learns_to_pass_over_the_controllers_mic_only_while_joined():
    bench = WlcBench(
        ntp=[], certificate=LAST_YEAR, aps=[{"kind": "looping", "strict": True, "name": "a"}]
    )
    bench.type(IGNORE)
    loop(bench)
    assert bench.ap("a").phase is Phase.BOOTING
    bench.type("config time manual 01/02/19 00:00:00")
    loop(bench)
    assert bench.ap("a").phase is Phase.REGISTERED
    bench.type("config time manual 06/01/26 12:00:00")
    bench.type("config ap reset a", "y")
    loop(bench)
    assert bench.ap("a").phase is Phase.REGISTERED
    bench.type("config ap cert-expiry-ignore mic disable")
    bench.type("config ap reset a", "y")
    loop(bench)
    assert bench.ap("a").phase is Phase.BOOTING


def test_self_signed_aps_need_the_policy_and_where_expired_the_override_too():
    bench = WlcBench(aps=[{"kind": "ssc_policy"}, {"kind": "ssc_expired"}])
    loop(bench)
    bench.type("config auth-list ap-policy ssc enable")
    loop(bench)
    assert bench.ap("ssc-policy-1").phase is Phase.REGISTERED
    assert bench.ap("ssc-expired-1").phase is Phase.BOOTING
    bench.type("config ap cert-expiry-ignore ssc enable")
    loop(bench)
    assert bench.ap("ssc-expired-1").phase is Phase.REGISTERED


@pytest.mark.parametrize(("model", "joins"), [("vWLC", False), ("2504", True)])
def test_hash_validation_matters_on_a_virtual_controller_only(model, joins):
    bench = WlcBench(model=model, aps=[{"kind": "ssc_hash", "name": "a"}])
    loop(bench)
    assert (bench.ap("a").phase is Phase.REGISTERED) is joins
    bench.type("config certificate ssc hash validation disable")
    loop(bench)
    assert bench.ap("a").phase is Phase.REGISTERED


def test_nobody_joins_before_the_controllers_own_certificate_begins():
    bench = WlcBench(
        ntp=[],
        certificate={"start": "2022-12-03T00:00:00Z", "end": "2032-12-03T00:00:00Z"},
        aps=[{"kind": "looping", "name": "a"}],
    )
    bench.type("config time manual 12/02/22 00:00:00")
    loop(bench)
    assert bench.ap("a").phase is Phase.BOOTING
    bench.type("config time manual 12/03/22 00:00:01")
    loop(bench)
    assert bench.ap("a").phase is Phase.REGISTERED


def test_a_young_ap_cannot_rejoin_in_the_past():
    young = {"kind": "healthy", "name": "young", "cert_start": "2024-01-01T00:00:00Z"}
    bench = WlcBench(ntp=[], aps=[young])
    bench.type("config time manual 12/02/22 00:00:00")
    loop(bench)
    assert bench.ap("young").phase is Phase.REGISTERED
    bench.type("config ap reset young", "y")
    loop(bench)
    assert bench.ap("young").phase is Phase.BOOTING


def test_every_refused_handshake_is_a_line_of_the_message_log():
    bench = WlcBench(timezone={"location": 8}, aps=[{"kind": "mic_expired", "log_mac": "ethernet"}])
    loop(bench)
    lines = [ln for ln in bench.type("show msglog").splitlines() if "HANDSHAKE" in ln]
    mac = bench.ap("mic-expired-1").spec.ethernet_mac
    assert len(lines) > 10
    assert lines[0].endswith(
        "#DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:681 "
        f"Failed to complete DTLS handshake with peer for AP {mac}"
    )
    assert ": Jun 01 08:01:00." in lines[0]
    assert lines[0].startswith("*spamApTask")


@pytest.mark.parametrize(
    ("form", "line", "peer"), [("percent", 631, "peer"), ("peer", 844, "peer 10.1.0.1")]
)
def test_other_forms_of_the_line_were_seen_too(form, line, peer):
    bench = WlcBench(quirks={"log_form": form}, aps=[{"kind": "mic_expired"}])
    told = f"%DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:{line} Failed to complete DTLS handshake"
    assert f"{told} with {peer} for AP 70:6d:01:00:01:00" in bench.type("show msglog")


def test_a_download_of_a_valid_image_needs_no_window():
    bench = WlcBench(aps=[{"kind": "looping", "signature": "valid", "name": "a"}])
    loop(bench)
    assert bench.ap("a").version == bench.box.image


def test_a_day_of_looping_costs_nothing_and_is_counted():
    bench = WlcBench(aps=[{"kind": "looping", "count": 3}])
    bench.wait(86_400)
    assert bench.ap("looping-1").counters.downloads > 10_000


def test_the_time_of_the_box_in_true_time_is_untouched_by_its_access_points():
    bench = WlcBench(aps=[{"kind": "looping"}])
    loop(bench)
    assert bench.box.utc(bench.box.advance()) == datetime(2026, 6, 1, 12, 1, tzinfo=UTC)
