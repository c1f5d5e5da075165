"""RESTCONF answers, the public samples and captures among them, and what is made of them."""

import json
import ssl
import traceback

import pytest
import requests
import responses

from service.domain.observation import ApState
from service.domain.releases import Release
from service.drivers.iosxe import ap_rows, leaf_values, normalize
from service.drivers.iosxe.restconf_asking import MOST_BY_KEY, RestconfAsker
from service.drivers.links.restconf import RestconfLink, RestconfRefused, RestconfTarget
from service.drivers.paths import contract
from service.errors import (
    AuthenticationRefused,
    DeviceBusy,
    DeviceUnreachable,
    HostKeyRefused,
    ReplyMalformed,
)
from tests.support.facts import IOSXE, needs_modules

BASE = "https://192.0.2.10:443"
PASSWORD = "canary-of-the-password"  # noqa: S105
APO = "Cisco-IOS-XE-wireless-access-point-oper"
CAPWAP = f"{BASE}/restconf/data/{APO}:access-point-oper-data/capwap-data"
JSON = "application/yang-data+json"
XRD = '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="{}" href="{}"/></XRD>'


def link(**more) -> RestconfLink:
    return RestconfLink(RestconfTarget("hq-1", "192.0.2.10", 443, "admin", PASSWORD, **more))


def asker(release="17.9.1", **more) -> RestconfAsker:
    return RestconfAsker(link(**more), contract("iosxe"), Release.parse(release))


@pytest.fixture
def box():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as box:
        yield box


def says(box, body, status=200, content_type=JSON, url=CAPWAP) -> None:
    text = body if isinstance(body, (str, bytes, Exception)) else json.dumps(body)
    box.get(url, body=text, status=status, content_type=content_type)


def sample(name: str) -> bytes:
    return (IOSXE / "samples" / name).read_bytes()


def capture(name: str):
    return json.loads((IOSXE / "captures" / name).read_bytes())


@needs_modules
def test_the_sample_of_a_join_table_is_read_with_fields(box):
    says(box, sample("restconf-capwap-data-fields.json"))
    aps = asker().rows("aps", ap_rows.join_row, timeout_s=5)
    assert [(ap.name, ap.state) for ap in aps] == [
        ("a121-cap22", ApState.REGISTERED),
        ("AP2702E", ApState.DOWNLOADING),
    ]
    assert [ap.download_percent for ap in aps] == [0, 100]
    (call,) = box.calls
    wanted = call.request.url.partition("?fields=")[2].split(";")
    assert {"wtp-mac", "ap-state/ap-operation-state", "image-size-percentage"} <= set(wanted)
    assert "device-detail/wtp-version/sw-version" in wanted


@needs_modules
def test_captures_of_live_boxes_are_understood(box):
    ntp = capture("bforejt_iosxe_ntp_oper_lab.json")["Cisco-IOS-XE-ntp-oper:ntp-oper-data"]
    data = f"{BASE}/restconf/data"
    says(
        box,
        {"Cisco-IOS-XE-ntp-oper:ntp-status-info": ntp["ntp-status-info"]},
        url=f"{data}/Cisco-IOS-XE-ntp-oper:ntp-oper-data/ntp-status-info",
    )
    says(
        box,
        capture("bforejt_iosxe_install_location_information_lab.json"),
        url=f"{data}/Cisco-IOS-XE-install-oper:install-oper-data/install-location-information",
    )
    trust = capture("umatare5_go_access_point_oper_access_point_oper_data_tp_cert_info.json")
    point = trust[f"{APO}:tp-cert-info"]["trustpoint"]
    says(
        box,
        {f"{APO}:trustpoint": point},
        url=f"{data}/{APO}:access-point-oper-data/tp-cert-info/trustpoint",
    )
    read = asker("17.12.1")
    state = normalize.ntp_state(read.records("ntp-state", timeout_s=5)[0])
    assert (state.synchronised, state.stratum, state.system_peer) == (True, 2, "198.18.89.0")
    install = normalize.install_state(read.records("install", timeout_s=5))
    assert (install.version, install.boot_mode) == ("17.15.06.0.770", "install-boot-mode-install")
    (told,) = read.records("trustpoint", timeout_s=5)
    assert (told.get("name"), leaf_values.flag(told.get("available"))) == ("WNC1_WLC_TP", True)


@needs_modules
def test_refusals_are_those_of_netconf_with_the_status(box):
    says(box, sample("restconf-error-lock-denied.json"), status=409)
    with pytest.raises(RestconfRefused, match=r"HTTP 409 lock-denied .*session 18") as caught:
        asker().records("aps", timeout_s=5)
    assert (caught.value.busy, caught.value.tag) == (True, "lock-denied")
    box.reset()
    says(box, sample("restconf-error-not-found.json"), status=404)
    read = asker()
    with pytest.raises(RestconfRefused, match="uri keypath not found") as caught:
        read.records("aps", timeout_s=5)
    assert (caught.value.busy, caught.value.status) == (False, 404)
    assert "aps" in read.refused


@pytest.mark.parametrize(
    ("status", "body"), [(204, ""), (200, ""), (200, "{}"), (200, {f"{APO}:capwap-data": []})]
)
def test_what_is_empty_has_no_rows(box, status, body):
    says(box, body, status=status)
    assert asker().records("aps", timeout_s=5) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthenticationRefused),
        (403, RestconfRefused),
        (429, DeviceBusy),
        (500, DeviceUnreachable),
        (503, DeviceUnreachable),
        (302, ReplyMalformed),
    ],
)
def test_each_status_is_an_error_of_its_own_and_never_asked_twice(box, status, error):
    says(box, "<html>", status=status, content_type="text/html")
    with pytest.raises(error, match=f"{status}|refused for 'admin'"):
        asker().records("aps", timeout_s=5)
    assert len(box.calls) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        ("<html></html>", "text/html; charset=utf-8", "content type text/html; expected"),
        ('{"', JSON, "no JSON"),
        (b'{"' + APO.encode() + b':capwap-data": ["\xff"]}', JSON, "no JSON"),
        ({"other:capwap-data": []}, JSON, f"holds other:capwap-data; expected {APO}:capwap-data"),
        ([], JSON, "expected"),
    ],
)
def test_an_answer_that_is_not_understood_is_refused(box, body, content_type, told):
    says(box, body, content_type=content_type)
    with pytest.raises(ReplyMalformed, match=told):
        asker().records("aps", timeout_s=5)


def test_fields_that_a_box_refuses_are_left_out_from_then_on(box):
    def answer(request):
        refused = "fields=" in request.url
        rows = {f"{APO}:capwap-data": [{"wtp-mac": "84:3d:c6:73:10:d0", "name": "one"}]}
        return (
            400 if refused else 200,
            {"Content-Type": JSON},
            json.dumps({} if refused else rows),
        )

    box.add_callback(responses.GET, CAPWAP, callback=answer)
    read = asker()
    for _ in range(2):
        (ap,) = read.records("aps", timeout_s=5)
        assert ap.get("name") == "one"
    assert [("fields" in call.request.url) for call in box.calls] == [True, False, False]
    assert not read.takes_fields


def test_a_node_beside_secrets_is_never_asked_for_whole(box):
    general = "Cisco-IOS-XE-wireless-general-cfg:general-cfg-data/wlc-management-data"
    says(box, {}, status=400, url=f"{BASE}/restconf/data/{general}")
    with pytest.raises(RestconfRefused):
        asker().records("management", timeout_s=5)
    (call,) = box.calls
    assert call.request.url.endswith("?fields=pki-trustpoint-name")


def test_some_entries_are_asked_for_by_their_keys_and_one_that_is_gone_is_no_row(box):
    here, gone = "84:3d:c6:73:10:d0", "84:3d:c6:73:10:e0"
    says(box, {f"{APO}:capwap-data": [{"wtp-mac": here}]}, url=f"{CAPWAP}={here}")
    says(box, {}, status=404, url=f"{CAPWAP}={gone}")
    macs = asker().some("aps", lambda row: row.get("mac"), [here, gone], timeout_s=5)
    assert macs == [here]
    many = [f"84:3d:c6:73:10:{n:02x}" for n in range(MOST_BY_KEY + 1)]
    says(box, {f"{APO}:capwap-data": [{"wtp-mac": one} for one in (*many, here)]})
    assert asker().some("aps", lambda row: row.get("mac"), many, timeout_s=5) == many


def test_trust_is_settled_with_each_request_whatever_the_environment_says(box, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.99:3128")
    says(box, {})
    for more, verify in (({}, True), ({"insecure": True}, False)):
        asker(**more).records("aps", timeout_s=5)
        sent = box.calls[-1].request
        assert sent.req_kwargs["verify"] == verify
        assert not sent.req_kwargs["proxies"]
        assert sent.headers["Accept"] == JSON


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (requests.ConnectTimeout("slow"), DeviceUnreachable),
        (requests.ConnectionError("refused"), DeviceUnreachable),
        (requests.exceptions.SSLError("no TLS here"), DeviceUnreachable),
        (OSError("box.pem: no such file"), DeviceUnreachable),
    ],
)
def test_a_box_that_is_not_reached_is_unreachable(box, raised, error):
    says(box, raised)
    with pytest.raises(error):
        asker().records("aps", timeout_s=5)


def test_a_certificate_that_is_not_trusted_is_refused_like_a_host_key(box):
    def strange(_request):
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError as err:
            raise requests.exceptions.SSLError("max retries") from err

    box.add_callback(responses.GET, CAPWAP, callback=strange)
    with pytest.raises(HostKeyRefused, match="self-signed certificate"):
        asker().records("aps", timeout_s=5)


def test_no_error_tells_the_password(box):
    for status in (401, 404, 503):
        box.reset()
        says(box, "{}", status=status)
        with pytest.raises((AuthenticationRefused, RestconfRefused, DeviceUnreachable)) as caught:
            asker().records("aps", timeout_s=5)
        assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in repr(RestconfTarget("hq-1", "::1", 443, "admin", PASSWORD))


@pytest.mark.parametrize(
    ("body", "status", "root"),
    [
        (XRD.format("restconf", "/restconf"), 200, "/restconf"),
        (XRD.format("restconf", "/top/rest"), 200, "/top/rest"),
        (XRD.format("other", "/other"), 200, None),
        (XRD.format("restconf", "https://elsewhere.example/restconf"), 200, None),
        ("no XML", 200, None),
        ("", 404, None),
    ],
)
def test_the_root_is_where_the_box_says_and_on_the_box(box, body, status, root):
    says(box, body, status, "application/xrd+xml", f"{BASE}/.well-known/host-meta")
    assert link().discover(timeout_s=5) == root
