"""Schedules, logins, sites, policies and whole imports, over one inventory file."""

from dataclasses import replace

import pytest

from service.domain.observation import Platform
from service.domain.webhooks import signature_of
from service.errors import InvalidInput
from service.ports.registers import FromRegister
from service.usecases.schedule import run_schedules
from tests.support.fleet_service import FLEET, V1, fleet_service
from tests.support.recording_queue import RecordingQueue
from tests.unit.api.test_rules import problem


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with fleet_service(tmp_path_factory.mktemp("parts")) as one:
        yield one


@pytest.fixture
def fleet(made):
    made.begin_anew()
    return made


def put(fleet, where, body, **headers):
    return fleet.root.request("PUT", f"{V1}{where}", json=body, headers=headers)


# -- schedules ---------------------------------------------------------------------------------


def test_a_schedule_is_added_paused_and_removed(fleet):
    night = {"name": "night", "cron": "0 2 * * *", "tags": ["branch"]}
    assert fleet.root.post(f"{V1}/schedules", night).json()["entry"] == night
    where = f"{V1}/schedules/night"
    told = fleet.service.vera.get(where).json()
    assert (told["schedule"]["cron"], told["schedule"]["paused"]) == ("0 2 * * *", False)
    body, tag = {"paused": True}, fleet.tag("/schedules/night")
    assert fleet.root.request("PATCH", where, json=body, headers=tag).status_code == 200
    assert fleet.service.vera.get(where).json()["schedule"]["paused"]
    problem(fleet.root.request("DELETE", where, headers=tag), 412, "match-failed")
    tag = fleet.tag("/schedules/night")
    assert fleet.root.request("DELETE", where, headers=tag).json() == {"removed": "night"}
    problem(fleet.service.vera.get(where), 404, "not-found")
    assert fleet.text == FLEET + "schedules: []\n"


def test_a_paused_schedule_asks_for_nothing_until_it_is_let_go(fleet):
    fleet.root.post(f"{V1}/schedules", {"name": "often", "every": "15m", "paused": True})
    context = fleet.service.api.app.state.front.context
    assert run_schedules(context, RecordingQueue()) == ()
    body, tag = {"paused": None}, fleet.tag("/schedules/often")
    fleet.root.request("PATCH", f"{V1}/schedules/often", json=body, headers=tag)
    context = fleet.service.api.app.state.front.context
    assert [one.asked_by for one in run_schedules(context, RecordingQueue())] == ["schedule often"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"name": "a"}, "exactly one of 'every' and 'cron'"),
        ({"name": "a", "cron": "61 * * * *"}, "five cron fields"),
        ({"name": "a", "every": "soon"}, "a duration such as 15m"),
        ({"name": "a", "every": 60, "controllers": ["hq-9"]}, "the unknown controller 'hq-9'"),
        ({"name": "a", "every": 60, "paused": "yes"}, "body/paused"),
    ],
)
def test_a_schedule_that_the_loader_does_not_take_is_not_written(fleet, body, word):
    assert word in problem(fleet.root.post(f"{V1}/schedules", body), 422, "invalid-input")
    assert fleet.text == FLEET


def test_what_holds_for_the_whole_fleet_is_changed_by_who_has_all_of_it(fleet):
    rome = fleet.admin_of("rome")
    problem(rome.post(f"{V1}/schedules", {"name": "a", "every": 60}), 403, "scope-needed")
    problem(rome.get(f"{V1}/inventory/sites"), 403, "scope-needed")
    body = {"source": "yaml", "text": "sites: {x: {}}"}
    problem(rome.post(f"{V1}/inventory/import", body), 403, "scope-needed")


# -- logins, sites, policies -------------------------------------------------------------------


def test_a_login_is_added_read_changed_and_removed_by_reference(fleet):
    where, login = "/inventory/credentials/new", {"username": "wlc", "password": "env:NEW"}
    assert put(fleet, where, login).json()["entry"] == login
    problem(put(fleet, where, login), 428, "match-needed")
    problem(put(fleet, "/inventory/credentials/x", login, **{"If-Match": "*"}), 412, "match-failed")
    changed = login | {"password": "vault:secret/wlc#password"}
    assert put(fleet, where, changed, **fleet.tag(where)).json()["entry"] == changed
    listed = fleet.root.get(f"{V1}/inventory/credentials", limit=2).json()
    assert [one["name"] for one in listed["entries"]] == ["hq", "lab"]
    listed = fleet.root.get(f"{V1}/inventory/credentials", limit=2, cursor=listed["next"]).json()
    assert listed["entries"] == [{"name": "new", "entry": changed}]
    gone = fleet.root.request("DELETE", f"{V1}{where}", headers=fleet.tag(where))
    assert gone.json() == {"removed": "new"}
    assert fleet.text == FLEET
    where = "/inventory/credentials/hq"
    named = fleet.root.request("DELETE", f"{V1}{where}", headers=fleet.tag(where))
    assert "unknown set of credentials 'hq'" in problem(named, 422, "invalid-input")


@pytest.mark.parametrize(
    "stated", ["hunter2", "env:OWN", "file:/etc/shadow", "file:../x", "file:~root/x", "plain:x"]
)
def test_no_secret_in_clear_and_none_of_the_services_own_is_written(fleet, stated):
    answered = put(fleet, "/inventory/credentials/new", {"username": "x", "password": stated})
    told = problem(answered, 422, "invalid-input")
    assert "credentials.new.password" in told
    assert "hunter2" not in answered.text
    assert "hunter2" not in str(fleet.records())
    assert fleet.text == FLEET


# -- keys of events ----------------------------------------------------------------------------

KEY = "0123456789abcdef"
KEYS = "event_keys:\n  noc: env:NOC   # their pager\n"


class OneKey:
    """A secret behind one reference."""

    def resolve(self, reference):
        if reference != "env:NEW":
            raise InvalidInput("nothing", where=reference, expected="a secret")
        return KEY


def signed(fleet, name):
    """What a call signed with a key is answered."""
    data = b'{"events": [{"controller": "hq-1", "sense": "ap-left"}]}'
    at = int(fleet.service.api.context.clock.now().wall.timestamp())
    headers = {
        "Aprejoin-Key-Id": name,
        "Aprejoin-Timestamp": str(at),
        "Aprejoin-Signature": signature_of(KEY, at, data),
        "Content-Type": "application/json",
    }
    where = f"{V1}/events"
    return fleet.service.nobody.request("POST", where, content=data, headers=headers).status_code


def test_a_key_of_events_counts_as_soon_as_it_is_there_and_no_longer(fleet):
    front = fleet.service.api.app.state.front
    fleet.service.api.app.state.front = replace(front, secrets=OneKey())
    fleet.path.write_text(FLEET + KEYS)
    where = "/inventory/event-keys/pager"
    assert signed(fleet, "pager") == 401
    assert put(fleet, where, {"secret": "env:NEW"}).json()["entry"] == {"secret": "env:NEW"}
    assert fleet.text == FLEET + KEYS + "  pager: 'env:NEW'\n"
    assert signed(fleet, "pager") == 202
    listed = fleet.root.get(f"{V1}/inventory/event-keys").json()["entries"]
    assert [one["name"] for one in listed] == ["noc", "pager"]
    problem(put(fleet, where, {"secret": "env:OTHER"}), 428, "match-needed")
    fleet.root.request("DELETE", f"{V1}{where}", headers=fleet.tag(where))
    assert fleet.text == FLEET + KEYS
    assert signed(fleet, "pager") == 401
    rotated = put(fleet, "/inventory/event-keys/noc", {"secret": "env:NEW"}, **{"If-Match": "*"})
    assert rotated.status_code == 200
    assert fleet.text == FLEET + KEYS.replace("env:NOC", "'env:NEW'")
    assert fleet.records()[0]["detail"].startswith("key of events noc changed")


@pytest.mark.parametrize(
    "body",
    [
        {"secret": "hunter2"},
        {"secret": "env:OWN"},
        {"secret": "file:/etc/hunter2"},
        {"secret": ["env:hunter2"]},
        {"secret": "env:NEW", "password": "hunter2"},
        {"secret": None},
        {},
    ],
)
def test_a_key_of_events_is_one_reference_and_none_of_the_services_own(fleet, body):
    answered = put(fleet, "/inventory/event-keys/noc", body)
    assert "event_keys.noc" in problem(answered, 422, "invalid-input")
    if body.get("secret") != "file:/etc/hunter2":  # a reference: no secret
        assert "hunter2" not in answered.text + str(fleet.records())
    assert fleet.text == FLEET


def test_sites_and_policies_are_entries_like_others(fleet):
    assert put(fleet, "/inventory/sites/oslo", {"timezone": "Europe/Oslo"}).status_code == 200
    told = problem(put(fleet, "/inventory/sites/x", {"timezone": "Oslo"}), 422, "invalid-input")
    assert "an IANA time zone" in told
    where = "/inventory/tag-policies/branch"
    assert put(fleet, where, {"approval": "four-eyes"}).status_code == 200
    controller = fleet.root.get(f"{V1}/controllers/hq-1").json()["controller"]
    assert controller["policy"]["approval"] == "four-eyes"
    where, wanted = "/inventory/policy", {"waves": [1, 2], "stop_wave_at": 0.5}
    assert put(fleet, where, wanted, **fleet.tag(where)).json()["entry"] == wanted
    assert fleet.root.get(f"{V1}{where}").json()["entry"] == wanted
    problem(put(fleet, "/inventory/policies/x", {}), 422, "invalid-input")


def test_a_login_stays_while_a_controller_that_uses_it_is_mended(tmp_path):
    with fleet_service(tmp_path) as fresh:
        fresh.service.remediation()
        where, login = "/inventory/credentials/hq", {"username": "x", "password": "env:Y"}
        told = problem(put(fresh, where, login, **fresh.tag(where)), 409, "refused")
        assert "hq-1 is to be mended" in told


# -- imports -----------------------------------------------------------------------------------

MORE = """\
x-new: &new {platform: aireos, credentials: new}
controllers:
  - {<<: *new, name: br-1, host: 192.0.2.31, site: oslo}
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq, site: paris, tags: [vip]}
credentials:
  new: {username: wlc, password: env:NEW, snmp_community: env:COMMUNITY}
sites:
  oslo: {timezone: Europe/Oslo}
"""


def imported(fleet, headers=None, **body):
    body = {"source": "yaml", "text": MORE, **body}
    return fleet.root.post(f"{V1}/inventory/import", body, headers=headers or {})


def test_a_dry_run_tells_what_the_import_then_does(fleet):
    dry = imported(fleet, dry_run=True).json()
    assert not dry["written"]
    assert fleet.text == FLEET
    tag = {"If-Match": fleet.root.get(f"{V1}/inventory").headers["ETag"]}
    done = imported(fleet, tag).json()
    assert done == dry | {"written": True}
    assert done["touched"] == {"added": ["br-1"], "changed": ["hq-1"], "removed": []}
    assert done["parts"]["controllers"]["changed"]["hq-1"]["after"]["tags"] == ["vip"]
    assert FLEET.splitlines()[0] in fleet.text
    assert "# the big one" in fleet.text
    again = imported(fleet).json()
    assert (again["written"], again["parts"]) == (False, {})
    problem(imported(fleet, tag), 412, "match-failed")


def test_an_import_removes_what_it_does_not_have_only_where_that_is_wanted(fleet):
    told = imported(fleet, remove=True).json()
    assert told["touched"]["removed"] == ["lab-1"]
    listed = fleet.root.get(f"{V1}/controllers").json()["controllers"]
    assert [one["name"] for one in listed] == ["br-1", "hq-1"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("- a\n", "found a list"),
        ("", "found an empty file"),
        ("controllers: {a: b}\n", "an entry without a name"),
        ("controllers:\n  - {host: 192.0.2.1}\n", "an entry without a name"),
        ("sites: {a: 5}\n", "an entry that is no mapping"),
        ("event_keys: {a: {secret: env:A}}\n", "an entry that is no reference"),
        ("event_keys: {a: env:OWN}\n", "the service's own"),
        ("itsm: {kind: jira}\n", "found the key 'itsm'"),
        ("sites: {a: {timezone: [}\n", "not YAML"),
        ("sites:\n  a: {timezone: Nowhere}\n", "sites.a.timezone"),
        ("credentials:\n  a: {username: x, password: 'env:OWN'}\n", "the service's own"),
    ],
)
def test_a_document_of_another_form_is_not_taken_over(fleet, text, word):
    assert word in problem(imported(fleet, text=text), 422, "invalid-input")
    assert fleet.text == FLEET


def test_a_document_that_stands_for_billions_of_values_is_not_unfolded(fleet):
    lines = ["x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    told = problem(imported(fleet, text="\n".join(lines)), 422, "invalid-input")
    assert "more than 200000 values" in told


class FakeRegister:
    """A register that has hq-1 elsewhere and one more; remembers what it was asked."""

    TEXT = (
        "controllers:\n"
        "  - {name: hq-1, platform: iosxe, host: 192.0.2.77, credentials: iosxe, site: paris}\n"
        "  - {name: hq-5, platform: iosxe, host: 192.0.2.55, credentials: iosxe, site: oslo}\n"
        "credentials:\n  iosxe: {username: admin, password: 'env:APREJOIN_PASSWORD'}\n"
        "sites: {paris: {}, oslo: {timezone: Europe/Oslo}}\n"
    )

    def ask(self, wish):
        self.wish = wish
        if wish.url != "https://netbox.example":
            raise InvalidInput("does not answer", where=wish.url, expected="a register")
        return FromRegister(self.TEXT, (("sw-1", "no wireless controller by its model"),))


def test_a_register_moves_a_controller_and_leaves_how_it_is_treated(fleet):
    front, register = fleet.service.api.app.state.front, FakeRegister()
    fleet.service.api.app.state.front = replace(front, registers=register)
    body = {
        "source": "netbox",
        "url": "https://netbox.example",
        "token": "env:NETBOX_TOKEN",
        "where": {"role": "wlc"},
        "platforms": {"ios-xe": "iosxe"},
    }
    told = fleet.root.post(f"{V1}/inventory/import", body).json()
    assert told["left_out"] == [{"name": "sw-1", "reason": "no wireless controller by its model"}]
    assert told["touched"] == {"added": ["hq-5"], "changed": ["hq-1"], "removed": []}
    entry = fleet.root.get(f"{V1}/controllers/hq-1").json()["entry"]
    assert (entry["host"], entry["credentials"], entry["tags"]) == ("192.0.2.77", "hq", ["branch"])
    assert "paris: {timezone: Europe/Paris}" in fleet.text
    assert register.wish.where == (("role", "wlc"),)
    assert register.wish.platforms == {"ios-xe": Platform.IOSXE}
    away = fleet.root.post(f"{V1}/inventory/import", body | {"url": "https://away.example"})
    assert "does not answer" in problem(away, 422, "invalid-input")
    fleet.service.api.app.state.front = front
    told = problem(fleet.root.post(f"{V1}/inventory/import", body), 409, "refused")
    assert "no register can be asked" in told
