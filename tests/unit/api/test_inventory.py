"""The inventory is changed by REST: the file is, with its comments, or nothing is."""

import pytest

from service.errors import StoreError
from service.usecases.inventory_notes import note_inventory
from tests.support.fleet_service import FLEET, V1, fleet_service, with_file
from tests.unit.api.test_rules import problem

NEW = {"name": "hq-2", "platform": "iosxe", "host": "192.0.2.12", "credentials": "hq"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with fleet_service(tmp_path_factory.mktemp("fleet")) as one:
        yield one


@pytest.fixture
def fleet(made):
    """The service of this module, its file as it was."""
    made.begin_anew()
    return made


@pytest.fixture
def fresh(tmp_path):
    """A service of one's own."""
    with fleet_service(tmp_path) as one:
        yield one


def controllers(caller):
    return [one["name"] for one in caller.get(f"{V1}/controllers").json()["controllers"]]


def test_a_controller_is_added_changed_and_removed_and_the_rest_of_the_file_stays(fleet):
    added = fleet.root.post(f"{V1}/controllers", {**NEW, "netconf": {"port": 8300}})
    assert (added.status_code, added.headers["Location"]) == (201, f"{V1}/controllers/hq-2")
    assert added.json()["entry"] == {**NEW, "netconf": {"port": 8300}}
    assert controllers(fleet.root) == ["hq-1", "hq-2", "lab-1"]
    where, tag = f"{V1}/controllers/hq-2", {"If-Match": added.headers["ETag"]}
    body = {"host": "192.0.2.13", "netconf": None, "tags": ["new"]}
    patched = fleet.root.request("PATCH", where, json=body, headers=tag)
    assert patched.json()["entry"] == {**NEW, "host": "192.0.2.13", "tags": ["new"]}
    told = fleet.root.get(where)
    assert (told.json()["entry"], told.headers["ETag"]) == (
        patched.json()["entry"],
        patched.headers["ETag"],
    )
    tag = {"If-Match": told.headers["ETag"]}
    put = fleet.root.request("PUT", where, json=NEW, headers=tag)
    assert put.json()["entry"] == NEW
    tag = {"If-Match": put.headers["ETag"]}
    gone = fleet.root.request("DELETE", where, headers=tag)
    assert (gone.status_code, gone.json()) == (200, {"removed": "hq-2"})
    assert fleet.text == FLEET
    assert controllers(fleet.root) == ["hq-1", "lab-1"]


def change(fleet, name, body, method="PATCH", caller=None):
    """One change by who has read what is there."""
    where = f"/controllers/{name}"
    caller = caller or fleet.root
    return caller.request(method, f"{V1}{where}", json=body, headers=fleet.tag(where))


def test_a_change_says_what_was_read_and_is_refused_where_that_is_another_by_now(fleet):
    where = f"{V1}/controllers/hq-1"
    for method in ("PUT", "PATCH", "DELETE"):
        body = None if method == "DELETE" else {**NEW, "name": "hq-1"}
        problem(fleet.root.request(method, where, json=body), 428, "match-needed")
        stale = {"If-Match": '"of yesterday"'}
        answered = fleet.root.request(method, where, json=body, headers=stale)
        problem(answered, 412, "match-failed")
    assert fleet.text == FLEET
    tag = fleet.tag("/controllers/hq-1")
    first, second = (
        fleet.root.request("PATCH", where, json={"tags": [word]}, headers=tag) for word in "ab"
    )
    assert first.status_code == 200
    problem(second, 412, "match-failed")
    anything = {"If-Match": "*"}
    assert fleet.root.request("PATCH", where, json={}, headers=anything).status_code == 200


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({**NEW, "name": "hq 2"}, "letters, digits"),
        ({**NEW, "host": "192.0.2.300"}, "an IP address or a host name"),
        ({**NEW, "credentials": "hp"}, "did you mean 'hq'?"),
        ({**NEW, "site": "berlin"}, "the unknown site 'berlin'"),
        ({**NEW, "ha_peer": "hq-2"}, "the name of another controller"),
        ({**NEW, "netconf": {"port": 70000}}, "from 1 to 65535"),
        ({**NEW, "policy": {"approvals": "none"}}, "did you mean 'approval'?"),
        ({**NEW, "policy": {"approval": True}}, "one of required, four-eyes, none"),
        ({**NEW, "host": 5}, "body/host"),
        ({**NEW, "password": "s3cret"}, "body/password"),
        ({"name": "hq-2"}, "body/platform"),
    ],
)
def test_what_the_loader_does_not_take_is_not_written(fleet, body, word):
    told = problem(fleet.root.post(f"{V1}/controllers", body), 422, "invalid-input")
    assert word in told
    assert str(fleet.path.parent) not in told
    assert "s3cret" not in told
    assert fleet.text == FLEET


def test_a_name_is_given_once_and_never_changed(fleet):
    told = problem(fleet.root.post(f"{V1}/controllers", {**NEW, "name": "hq-1"}), 409, "refused")
    assert "hq-1 already" in told
    problem(change(fleet, "hq-1", {"name": "hq-9"}), 422, "invalid-input")
    nobody = fleet.root.request("DELETE", f"{V1}/controllers/hq-9", headers={"If-Match": "*"})
    assert "known: hq-1, lab-1" in problem(nobody, 404, "not-found")
    assert fleet.text == FLEET


def test_a_controller_that_others_name_stays(fleet):
    change(fleet, "hq-1", {"staging": "lab-1"})
    told = problem(change(fleet, "lab-1", None, "DELETE"), 422, "invalid-input")
    assert "controllers[hq-1].staging" in told


def test_what_is_shared_by_an_anchor_is_changed_by_hand(fleet):
    fleet.path.write_text(FLEET.replace("- name: hq-1", "- &hq\n    name: hq-1") + "x-b: *hq\n")
    told = problem(change(fleet, "hq-1", {"host": "192.0.2.99"}), 409, "refused")
    assert "edit it by hand" in told


# -- a controller that is being mended ---------------------------------------------------------


def test_a_controller_that_is_being_mended_stays_where_it_is(fresh):
    service = fresh.service
    where = service.remediation()
    for _ in range(2):  # asked for, then under way
        for body in ({"host": "192.0.2.99"}, {"credentials": "lab"}, {"ssh": {"insecure": True}}):
            told = problem(change(fresh, "hq-1", body), 409, "refused")
            assert where.split("/")[-1] in told
        problem(change(fresh, "hq-1", None, "DELETE"), 409, "refused")
        service.bob.approve(where)
        service.crew.job(service.worker, where.split("/")[-1])
    assert change(fresh, "hq-1", {"tags": ["branch", "vip"]}).status_code == 200
    assert change(fresh, "lab-1", {"host": "192.0.2.99"}).status_code == 200
    service.crew.until_over(service.worker, where.split("/")[-1])
    assert change(fresh, "hq-1", {"host": "192.0.2.99"}).status_code == 200


def test_a_staging_controller_stays_while_it_is_needed(fresh):
    change(fresh, "hq-1", {"staging": "lab-1"})
    fresh.service.remediation()
    told = problem(change(fresh, "lab-1", {"host": "192.0.2.99"}), 409, "refused")
    assert "staging controller of hq-1" in told


# -- the file ----------------------------------------------------------------------------------


def test_every_change_is_in_the_trail_with_the_file_before_and_after(fleet):
    change(fleet, "hq-1", {"tags": []})
    fleet.root.post(f"{V1}/controllers", {**NEW, "host": "not a host"})
    refused, done = fleet.records()
    assert (done["who"], done["outcome"], done["controller"]) == ("root", "done", "hq-1")
    assert "file " in done["detail"]
    assert " -> " in done["detail"]
    assert done["detail"].endswith("2 controllers")
    assert (refused["outcome"], refused["controller"]) == ("refused", "hq-2")
    kept = sorted((fleet.path.parent / "versions").iterdir())
    assert [one.read_text("utf-8") for one in kept] == [FLEET]
    assert kept[0].stem.partition("-")[2] in done["detail"]


def test_workers_know_an_inventory_that_a_caller_changed(fleet):
    change(fleet, "hq-1", {"tags": ["x"]})
    context = fleet.service.api.app.state.front.context
    assert not note_inventory(context)
    assert [one["who"] for one in fleet.records()] == ["root"]


def test_a_file_that_is_bad_or_cannot_be_written_is_not_changed(fleet):
    fleet.path.write_text("controllers: 5\n")
    told = problem(fleet.root.post(f"{V1}/controllers", NEW), 409, "refused")
    assert "mend it by hand: inventory:1: controllers" in told
    assert fleet.root.get(f"{V1}/controllers/hq-1").json()["entry"] == {}
    fleet.path.unlink()
    told = problem(fleet.root.post(f"{V1}/controllers", NEW), 409, "refused")
    assert "cannot be written here" in told


def test_a_file_that_is_kept_elsewhere_is_not_changed(fresh):
    closed = with_file(fresh.service, fresh.path, closed="kept in git")
    assert "kept in git" in problem(closed.root.post(f"{V1}/controllers", NEW), 409, "refused")
    assert closed.text == FLEET


def test_a_service_without_a_file_says_so(service):
    root = service.api.as_("root")
    told = problem(root.post(f"{V1}/controllers", NEW), 409, "refused")
    assert "without an inventory file" in told
    assert root.get(f"{V1}/controllers/hq-1").json()["entry"] == {}


def test_a_bad_entry_is_mended_and_others_are_changed_beside_it(fleet):
    fleet.path.write_text(FLEET.replace("host: 192.0.2.11", "host: nowhere!"))
    assert change(fleet, "hq-1", {"tags": []}).status_code == 200
    where, anything = f"{V1}/controllers/lab-1", {"If-Match": "*"}
    still = fleet.root.request("PATCH", where, json={"tags": []}, headers=anything)
    assert "an IP address or a host name" in problem(still, 422, "invalid-input")
    body = {"host": "192.0.2.11"}
    assert fleet.root.request("PATCH", where, json=body, headers=anything).status_code == 200
    assert controllers(fleet.root) == ["hq-1", "lab-1"]


def test_what_the_database_did_not_keep_is_not_in_the_file_either(fresh, monkeypatch):
    store = fresh.service.api.context.store

    def lost(*_args, **_named):
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "keep_answer", lost)
    body = {"tags": ["lost"]}
    headers = fresh.tag("/controllers/hq-1")
    where = f"{V1}/controllers/hq-1"
    answered = fresh.root.with_key("k").request("PATCH", where, json=body, headers=headers)
    problem(answered, 503, "store-unavailable")
    assert fresh.text == FLEET
    assert [one["outcome"] for one in fresh.records()] == []


def test_the_same_wish_twice_is_one_change(fleet):
    first, again = (fleet.root.with_key("k").post(f"{V1}/controllers", NEW) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(fleet.root.with_key("l").post(f"{V1}/controllers", NEW), 409, "refused")


# -- parts of the fleet ------------------------------------------------------------------------


def test_who_has_a_part_of_the_fleet_changes_that_part(fleet):
    rome = fleet.admin_of("rome")
    assert change(fleet, "lab-1", {"host": "192.0.2.21"}, caller=rome).status_code == 200
    new = {**NEW, "name": "lab-2", "credentials": "lab", "site": "rome"}
    assert rome.post(f"{V1}/controllers", new).status_code == 201
    kept = fleet.text
    for method in ("PUT", "PATCH", "DELETE"):
        body = None if method == "DELETE" else {**NEW, "name": "hq-1"}
        told = problem(change(fleet, "hq-1", body, method, caller=rome), 404, "not-found")
        assert "known: lab-1" in told
    elsewhere = {**new, "name": "hq-9", "site": "paris"}
    problem(rome.post(f"{V1}/controllers", elsewhere), 403, "scope-needed")
    problem(rome.post(f"{V1}/controllers", {**elsewhere, "site": None}), 403, "scope-needed")
    problem(change(fleet, "lab-1", {"site": "paris"}, caller=rome), 403, "scope-needed")
    for key, value in (("credentials", "hq"), ("staging", "hq-1"), ("ha_peer", "hq-1")):
        told = problem(change(fleet, "lab-1", {key: value}, caller=rome), 422, "invalid-input")
        assert "outside of the token's part" in told
        assert value not in told.removeprefix(f"{key}: ").replace("lab", "")
    assert fleet.text == kept
