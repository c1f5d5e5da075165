"""Reading over RESTCONF: discovery, data, selections, pages, errors; a foreign engine judges."""

import base64
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.yang_engine import judge

DATA = "/restconf/data"
FLEET = f"{DATA}/aprejoin:controllers"
TOPS = ("controllers", "findings", "sweeps", "plans", "remediations")


@pytest.fixture(scope="module")
def told_service(told):
    return told[0]


@pytest.fixture
def read(told_service):
    def read(path, who="vera", method="GET", **headers):
        return told_service.api.as_(who).request(method, path, headers=headers)

    return read


def error_of(answered):
    assert answered.headers["content-type"] == "application/yang-data+json"
    (error,) = answered.json()["ietf-restconf:errors"]["error"]
    return error


def test_restconf_is_found_by_host_meta_without_a_token(read):
    found = read("/.well-known/host-meta", who=None)
    assert found.headers["content-type"] == "application/xrd+xml"
    assert '<Link rel="restconf" href="/restconf"/>' in found.text


def test_the_api_resource_names_data_operations_and_the_library(read):
    told = read("/restconf").json()["ietf-restconf:restconf"]
    assert told == {"data": {}, "operations": {}, "yang-library-version": "2019-01-04"}
    version = read("/restconf/yang-library-version").json()
    assert version == {"ietf-restconf:yang-library-version": "2019-01-04"}
    assert "aprejoin:start-sweep" in read("/restconf/operations").json()["ietf-restconf:operations"]


@pytest.mark.parametrize("top", TOPS)
def test_every_top_node_fits_the_model(read, top):
    answered = read(f"{DATA}/aprejoin:{top}")
    assert answered.status_code == 200
    (inside,) = answered.json()[f"aprejoin:{top}"].values()
    assert inside
    judge(answered.json())


def test_all_data_is_one_document_that_fits_the_model(read):
    told = read(DATA).json()["ietf-restconf:data"]
    assert {f"aprejoin:{top}" for top in TOPS} < set(told)
    assert {"ietf-yang-library:yang-library", "ietf-yang-library:modules-state"} < set(told)
    judge(told)


def test_the_text_of_each_module_is_served_where_the_library_says(read):
    library = read(f"{DATA}/ietf-yang-library:yang-library").json()
    (modules,) = library["ietf-yang-library:yang-library"]["module-set"]
    for one in (*modules["module"], *modules["import-only-module"]):
        text = read(one["location"][0].removeprefix("http://api"))
        assert text.headers["content-type"].startswith("application/yang")
        assert f"module {one['name']} {{" in text.text
        assert one["revision"] in text.text


def test_an_entry_a_list_and_a_leaf_each_have_their_own_form(read):
    entry = read(f"{FLEET}/controller=hq-1").json()
    (one,) = entry["aprejoin:controller"]
    assert one["name"] == "hq-1"
    assert read(f"{FLEET}/controller").json() == entry
    assert read(f"{FLEET}/controller=hq-1/platform").json() == {"aprejoin:platform": "iosxe"}
    assert read(f"{FLEET}/controller=hq%2D1/aprejoin:platform").status_code == 200


def test_numbers_of_64_bits_are_strings_and_identities_have_their_module(read):
    (ap, *_) = read(f"{FLEET}/controller=hq-1/access-points").json()["aprejoin:access-points"][
        "access-point"
    ]
    assert isinstance(ap["polls"], str)
    assert isinstance(ap["restarts"], int)
    (first, *_) = read(f"{DATA}/aprejoin:remediations").json()["aprejoin:remediations"][
        "remediation"
    ]
    assert first["strategy"] == "aprejoin-types:clock-window"


def test_fields_choose_and_keys_stay(read):
    (one,) = read(
        f"{FLEET}/controller?fields=policy/approval;last-sweep(release;ntp/server)"
    ).json()["aprejoin:controller"]
    assert set(one) == {"name", "policy", "last-sweep"}
    assert set(one["policy"]) == {"approval"}
    assert set(one["last-sweep"]) == {"release", "ntp"}


def test_depth_ends_the_tree_where_it_says(read):
    assert read(f"{FLEET}?depth=1").json() == {"aprejoin:controllers": {}}
    assert read(f"{FLEET}?depth=2").json() == {"aprejoin:controllers": {"controller": []}}
    (one,) = read(f"{FLEET}?depth=3").json()["aprejoin:controllers"]["controller"]
    assert one["policy"] == {}
    assert one["name"] == "hq-1"
    assert read(f"{FLEET}?depth=unbounded").json() == read(FLEET).json()


def test_content_parts_configuration_from_state(read):
    (config,) = read(f"{FLEET}/controller?content=config").json()["aprejoin:controller"]
    (state,) = read(f"{FLEET}/controller?content=nonconfig").json()["aprejoin:controller"]
    assert set(config) & set(state) == {"name"}
    assert {"platform", "policy"} < set(config)
    assert {"last-sweep", "access-points"} <= set(state)
    assert read(f"{FLEET}/controller?content=all").json() == read(f"{FLEET}/controller").json()
    assert read(f"{DATA}/aprejoin:findings?content=config").status_code == 404


def test_a_list_comes_in_pages_that_hold_each_entry_once(read):
    where = f"{FLEET}/controller=hq-1/access-points/access-point"
    whole = [one["mac"] for one in read(where).json()["aprejoin:access-point"]]
    paged, following = [], f"{where}?limit=1"
    while following:
        answered = read(following)
        paged += [one["mac"] for one in answered.json()["aprejoin:access-point"]]
        link = answered.headers.get("link", "")
        following = link.partition(">")[0].removeprefix("<")
    assert paged == whole
    assert len(whole) > 1


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "depth=0", "depth=x", "content=x", "fields=", "fields=a(b",
     "fields=a;;b", "fields=/a", "fields=a)b", "with-defaults=x", "filter=x", "limit=1&limit=2",
     "cursor=x", "limit=1&cursor=WyJ4Il0"],
)  # fmt: skip
def test_a_query_that_cannot_be_is_refused(read, query):
    answered = read(f"{FLEET}/controller?{query}")
    assert answered.status_code == 400
    assert error_of(answered)["error-tag"] == "invalid-value"


def test_pages_are_of_lists_alone(read):
    for place in (FLEET, DATA, f"{FLEET}/controller=hq-1"):
        assert error_of(read(f"{place}?limit=1"))["error-tag"] == "invalid-value"


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("aprejoin:controllers/controller=hq-9", 404),
        ("aprejoin:controllers/controller=hq-1,2", 400),
        ("aprejoin:controllers=1", 400),
        ("aprejoin:controllers/controller/name", 400),
        ("aprejoin:nothing", 404),
        ("controllers", 404),
        ("other:controllers", 404),
        ("aprejoin:controllers/ietf:controller=hq-1", 404),
        ("aprejoin:start-sweep", 404),
        ("aprejoin:controllers/controller=hq-1/start-sweep", 405),
        ("aprejoin:controllers/controller=%ff", 400),
        ("aprejoin:controllers/controller=%00", 400),
        ("aprejoin:controllers/controller=" + "x" * 600, 400),
        ("aprejoin:controllers/controller=hq-1/access-points/access-point=nonsense", 404),
        ("aprejoin:plans/plan=nothing-there", 404),
    ],
)
def test_what_is_not_there_is_said_in_the_form_of_restconf(read, place, status):
    answered = read(f"{DATA}/{place}")
    assert answered.status_code == status, answered.text
    assert error_of(answered)["error-message"]


def test_a_key_may_hold_what_an_address_cannot(read):
    for name in ("a/b", "a,b", "a=b", "küche 無線", "100%"):
        encoded = "".join(f"%{one:02X}" for one in name.encode())
        answered = read(f"{FLEET}/controller={encoded}")
        assert answered.status_code == 404
        assert f"[name='{name}']" in error_of(answered)["error-path"]


def test_a_reader_who_has_it_is_told_that_it_is_still_the_same(read):
    first = read(FLEET)
    again = read(FLEET, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = read(FLEET, **{"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_head_tells_what_get_would_without_a_body(read):
    got, head = read(FLEET), read(FLEET, method="HEAD")
    assert head.content == b""
    for name in ("etag", "content-type", "content-length"):
        assert head.headers[name] == got.headers[name]


def test_only_json_is_served_and_that_is_said(read):
    answered = read(FLEET, Accept="application/yang-data+xml")
    assert answered.status_code == 406
    assert "application/yang-data+json" in error_of(answered)["error-message"]
    assert read(FLEET, Accept="application/yang-data+xml, */*;q=0.1").status_code == 200
    refused = read(FLEET, Accept="application/yang-data+json;q=0.0, application/yang-data+xml")
    assert refused.status_code == 406


def test_the_inventory_is_not_edited_here(read):
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        answered = read(f"{FLEET}/controller=hq-1", who="root", method=method)
        assert answered.status_code == 405
        assert error_of(answered)["error-tag"] == "operation-not-supported"
    assert read(FLEET, method="OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_token_is_taken_as_the_password_of_basic_authentication(told_service, read):
    clear = told_service.api.clear["vera"]

    def basic(login):
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}

    assert read(FLEET, who=None, **basic(f"whoever:{clear}")).status_code == 200
    for login in ("vera:wrong", f"{clear}:", ""):
        refused = read(FLEET, who=None, **basic(login))
        assert refused.status_code == 401
        assert error_of(refused)["error-tag"] == "access-denied"
        assert "Basic" in refused.headers["www-authenticate"]
    assert read(FLEET, who=None, Authorization="Basic ?").status_code == 401


def test_a_reply_that_would_be_too_large_says_how_to_ask_for_less(read, monkeypatch):
    monkeypatch.setattr("service.api.restconf.render.MOST_ENTRIES", 1)
    answered = read(FLEET)
    assert answered.status_code == 400
    assert error_of(answered)["error-tag"] == "too-big"
    assert "limit" in json.dumps(answered.json())


PLACES = st.sampled_from(
    ["aprejoin:controllers", "aprejoin:plans", "ietf-yang-library:yang-library", "controller",
     "controller=hq-1", "plan", "access-points", "access-point", "proposal", "step", "step=1",
     "entry=1", "journal", "module-set=aprejoin", "approve", "name", "state", "..", "=", "%2F"]
)  # fmt: skip
ADDRESSES = st.lists(PLACES | st.text(max_size=8).map(quote), max_size=5).map("/".join)
QUERIES = st.dictionaries(
    st.sampled_from(["fields", "depth", "content", "limit", "cursor", "with-defaults", "x"]),
    st.sampled_from(["1", "2", "all", "config", "nonconfig", "name", "step(name)"])
    | st.text(max_size=8),
    max_size=3,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ADDRESSES, QUERIES)
@example("%0A/", {})
def test_whatever_is_asked_for_is_answered_or_refused_in_the_form_of_restconf(read, address, query):
    answered = read(f"{DATA}/{address}?{urlencode(query)}")
    assert answered.status_code < 500, answered.text
    if not answered.request.url.path.startswith(DATA):  # a client follows `..` before it asks
        return
    if answered.status_code >= 400:
        assert error_of(answered)["error-message"]
    elif answered.is_redirect:  # a line end and a slash at the end: the framework leaves it out
        assert address.endswith("/")
    else:
        assert answered.headers["content-type"] == "application/yang-data+json"
