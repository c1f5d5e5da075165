"""Who may do what, what is answered twice, how lists and errors look."""

import json
from dataclasses import replace

import pytest

from service.domain.inventory import Inventory
from service.errors import KeyInUse, StoreError
from service.ports.tokens import Role
from service.usecases.admit import create_token
from service.usecases.remediate import Person, open_remediation

V1 = "/api/v1"
DIGEST = "ab" * 32
JSON = {"Content-Type": "application/json"}


def problem(response, status, name):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["type"] == f"urn:aprejoin:problem:{name}"
    assert told["status"] == status
    assert told["title"]
    return told["detail"]


# -- tokens and roles --------------------------------------------------------------------------


def test_who_has_no_token_is_told_what_to_bring(service):
    answered = service.nobody.get(f"{V1}/sweeps")
    problem(answered, 401, "token-refused")
    assert answered.headers["WWW-Authenticate"] == "Bearer"
    assert service.vera.get(f"{V1}/sweeps").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/openapi.json"])
def test_three_things_need_no_token(service, path):
    assert service.nobody.get(path).status_code == 200


@pytest.mark.parametrize("clear", ["", "aprejoin_", "nonsense", "x" * 5000])
def test_a_token_that_nobody_made_opens_nothing(service, clear):
    answered = service.api.as_(None, token=clear).get(f"{V1}/sweeps")
    problem(answered, 401, "token-refused")
    assert clear == "" or clear not in answered.text


def test_a_token_opens_nothing_after_its_time_or_when_it_is_revoked(service):
    context = service.api.context
    token, clear = create_token(context, "eve", Role.ADMIN, valid_s=60)
    eve = service.api.as_(None, token=clear)
    assert eve.get(f"{V1}/sweeps").status_code == 200
    service.crew.stage.world.advance(60)
    problem(eve.get(f"{V1}/sweeps"), 401, "token-refused")
    token, clear = create_token(context, "eve", Role.ADMIN, valid_s=None)
    eve = service.api.as_(None, token=clear)
    service.store.revoke_token(token.id, at=context.clock.now().wall)
    problem(eve.get(f"{V1}/sweeps"), 401, "token-refused")


def test_the_clear_text_of_a_token_is_nowhere_in_the_store(service, tmp_path):
    service.ann.get(f"{V1}/sweeps")
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("aprejoin.db*"))
    assert b"ann" in kept
    assert not any(clear.encode() in kept for clear in service.api.clear.values())


# -- approvals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bob", "root"])
def test_who_asks_may_not_approve_whatever_the_role(service, name):
    me = service.api.as_(name)
    digest = service.planned(me)["digest"]
    problem(me.post(f"{V1}/plans/{digest}/approve"), 403, "own-request")
    where = me.post(f"{V1}/remediations", {"plan_digest": digest}).headers["Location"]
    problem(me.approve(where), 403, "own-request")
    service.crew.job(service.worker, where.split("/")[-1])
    assert me.get(where).json()["remediation"]["state"] == "awaiting-approval"


def test_a_second_token_of_the_same_name_is_the_same_person(service):
    digest = service.planned(service.bob)["digest"]
    _, clear = create_token(service.api.context, "bob", Role.ADMIN, valid_s=None)
    again = service.api.as_(None, token=clear)
    problem(again.post(f"{V1}/plans/{digest}/approve"), 403, "own-request")


def test_who_asks_for_the_remediation_may_not_approve_a_plan_of_somebody_else_for_it(service):
    digest = service.planned(service.ann)["digest"]
    service.bob.post(f"{V1}/remediations", {"plan_digest": digest})
    problem(service.bob.post(f"{V1}/plans/{digest}/approve"), 403, "own-request")


def test_a_plan_that_expired_is_neither_approved_nor_carried_out(service):
    digest = service.planned()["digest"]
    service.crew.stage.world.advance(86400)
    assert "expired" in problem(service.bob.post(f"{V1}/plans/{digest}/approve"), 409, "refused")
    body = {"plan_digest": digest}
    assert "expired" in problem(service.ann.post(f"{V1}/remediations", body), 409, "refused")


def test_a_plan_waits_to_be_carried_out_once(service):
    where = service.remediation()
    digest = service.vera.get(f"{V1}/plans").json()["plans"][0]["digest"]
    again = service.ann.post(f"{V1}/remediations", {"plan_digest": digest})
    assert where.split("/")[-1] in problem(again, 409, "refused")


def test_what_a_command_carries_out_is_stopped_there(service):
    process = service.crew.stage.process()
    proposal = service.crew.stage.propose(process)
    item = open_remediation(process.context, proposal, Person("carl")).remediation
    told = service.vera.get(f"{V1}/remediations/{item}").json()["remediation"]
    assert (told["state"], told["asked_by"]) == ("running", None)
    for verb in ("cancel", "rollback"):
        answered = service.ann.post(f"{V1}/remediations/{item}/{verb}")
        assert process.holder.label in problem(answered, 409, "refused")
    problem(service.bob.approve(f"{V1}/remediations/{item}"), 404, "not-found")


def test_what_a_dead_command_left_needs_attention_and_is_brought_home_on_request(service):
    process = service.crew.stage.process()
    proposal = service.crew.stage.propose(process)
    item = open_remediation(process.context, proposal, Person("carl")).remediation
    service.crew.stage.kill(process)
    where = f"{V1}/remediations/{item}"
    assert service.vera.get(where).json()["remediation"]["state"] == "needs-attention"
    assert service.ann.post(f"{where}/rollback").status_code == 202
    assert service.crew.until_over(service.worker, item).state == "cancelled"


# -- the same request twice --------------------------------------------------------------------


def test_the_same_key_gets_the_same_answer_and_does_the_work_once(service):
    keyed = service.ann.with_key("order-66")
    first, second = (keyed.post(f"{V1}/sweeps", {"names": ["hq-1"]}) for _ in range(2))
    assert first.json() == second.json()
    assert first.status_code == second.status_code == 202
    assert first.headers["Location"] == second.headers["Location"]
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (
        None,
        "true",
    )
    assert len(service.store.sweeps(limit=9)) == 1


@pytest.mark.parametrize(
    ("path", "body"), [("sweeps", {"tags": []}), ("plans", {"controller": "hq-1"})]
)
def test_the_same_key_with_another_request_is_refused(service, path, body):
    keyed = service.ann.with_key("order-66")
    keyed.post(f"{V1}/sweeps", {"names": ["hq-1"]})
    problem(keyed.post(f"{V1}/{path}", body), 422, "key-reused")


def test_a_body_written_another_way_is_the_same_request(service):
    keyed = service.ann.with_key("order-66")
    first = keyed.post(f"{V1}/plans", {"controller": "hq-1", "issue": None})
    again = keyed.request("POST", f"{V1}/plans", content=b'{ "controller" :"hq-1"}', headers=JSON)
    assert first.json() == again.json()


def test_keys_of_two_callers_do_not_meet(service):
    first = service.ann.with_key("k").post(f"{V1}/sweeps", {})
    other = service.bob.with_key("k").post(f"{V1}/sweeps", {})
    assert first.json()["id"] != other.json()["id"]


def test_a_key_counts_for_a_day(service):
    keyed = service.ann.with_key("k")
    first = keyed.post(f"{V1}/sweeps", {})
    service.crew.stage.world.advance(86399)
    assert keyed.post(f"{V1}/sweeps", {}).json() == first.json()
    service.crew.stage.world.advance(1)
    assert keyed.post(f"{V1}/sweeps", {}).json() != first.json()


def test_a_request_that_was_refused_may_be_sent_again_with_its_key(service):
    keyed = service.ann.with_key("k")
    problem(keyed.post(f"{V1}/remediations", {"plan_digest": DIGEST}), 404, "not-found")
    problem(keyed.post(f"{V1}/remediations", {"plan_digest": DIGEST}), 404, "not-found")


def test_a_request_that_broke_left_neither_work_nor_key(service):
    kept = service.store.keep_answer

    def full(*_args, **_settings):
        raise StoreError("the disk is full")

    service.api.context.store.keep_answer = full
    problem(service.ann.with_key("k").post(f"{V1}/sweeps", {}), 503, "store-unavailable")
    assert (service.store.sweeps(limit=9), service.api.queue.jobs) == ((), [])
    service.api.context.store.keep_answer = kept
    assert service.ann.with_key("k").post(f"{V1}/sweeps", {}).status_code == 202
    assert (len(service.store.sweeps(limit=9)), len(service.api.queue.jobs)) == (1, 1)


def test_a_key_whose_request_is_being_answered_is_refused_until_then(service):
    def busy(*_args, **_settings):
        raise KeyInUse("a request with this Idempotency-Key is being answered right now")

    service.api.context.store.answer_given = busy
    answered = service.ann.with_key("k").post(f"{V1}/sweeps", {})
    problem(answered, 409, "key-in-use")
    assert answered.headers["Retry-After"]


def test_accepted_work_says_where_and_when_to_look_also_the_second_time(service):
    for _ in range(2):
        answered = service.ann.with_key("k").post(f"{V1}/sweeps", {})
        assert answered.headers["Location"] == answered.json()["href"]
        assert int(answered.headers["Retry-After"]) > 0


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_cannot_be_kept_is_refused(service, key):
    problem(service.ann.with_key(key).post(f"{V1}/sweeps", {}), 422, "invalid-input")


# -- lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sweeps", "plans"])
def test_pages_hold_everything_once_from_new_to_old(service, name):
    body = {"controller": "hq-1"} if name == "plans" else {}
    made = []
    for _ in range(5):
        made.append(service.ann.post(f"{V1}/{name}", body).json()["id"])
        service.crew.stage.world.advance(1)
    seen, cursor = [], {}
    for size in (2, 2, 1):
        got = service.vera.get(f"{V1}/{name}", limit=2, **cursor)
        page = got.json()
        assert len(page[name]) == size
        seen += [one["id"] for one in page[name]]
        if page["next"]:
            assert f"cursor={page['next']}" in got.headers["Link"]
        cursor = {"cursor": page["next"]}
    assert seen == made[::-1]
    assert cursor == {"cursor": None}


def test_lists_by_name_have_pages_too(service):
    hq = service.api.context.inventory.controllers[0]
    many = tuple(replace(hq, name=f"c-{n}") for n in (3, 1, 2))
    service.api.set_front(replace(service.api.context, inventory=Inventory(many)))
    first = service.vera.get(f"{V1}/controllers", limit=2).json()
    rest = service.vera.get(f"{V1}/controllers", limit=2, cursor=first["next"]).json()
    names = [one["name"] for page in (first, rest) for one in page["controllers"]]
    assert names == ["c-1", "c-2", "c-3"]
    assert rest["next"] is None


def test_findings_are_narrowed_by_controller_and_issue(service):
    service.ann.post(f"{V1}/sweeps", {})
    service.work()
    for query, count in [
        ({"controller": "hq-1"}, 1),
        ({"issue": "FN72524", "limit": 1}, 1),
        ({"controller": "dc-1"}, 0),
        ({"issue": "FN63942"}, 0),
    ]:
        assert len(service.vera.get(f"{V1}/findings", **query).json()["findings"]) == count


def test_what_was_seen_of_a_controller_that_left_the_inventory_is_no_finding(service):
    service.ann.post(f"{V1}/sweeps", {})
    service.work()
    service.api.set_front(replace(service.api.context, inventory=Inventory(())))
    assert service.vera.get(f"{V1}/findings").json()["findings"] == []
    problem(service.vera.get(f"{V1}/controllers/hq-1"), 404, "not-found")


LISTS = ["controllers", "findings", "sweeps", "plans", "remediations", "campaigns"]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJhIiwiYiJd", "é", "[" * 500])
@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_nobody_is_refused(service, name, cursor):
    problem(service.vera.get(f"{V1}/{name}", cursor=cursor), 400, "bad-cursor")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("sweeps", {"state": "queued"}),
        ("sweeps", {"asked_by": "ann"}),
        ("sweeps", {"sort": "at"}),
        ("plans", {}),
    ],
)
def test_a_cursor_is_of_the_query_that_it_came_with(service, path, query):
    for _ in range(2):
        service.ann.post(f"{V1}/sweeps", {})
    cursor = service.vera.get(f"{V1}/sweeps", limit=1).json()["next"]
    problem(service.vera.get(f"{V1}/{path}", cursor=cursor, **query), 400, "bad-cursor")
    assert service.vera.get(f"{V1}/sweeps", cursor=cursor, limit=2).status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", [{"stat": "x"}, {"sort": "luck"}, {"sort": ""}, {"page": 2}])
def test_a_list_takes_no_filter_or_order_that_it_does_not_know(service, name, query):
    problem(service.vera.get(f"{V1}/{name}", **query), 422, "invalid-input")


def test_lists_by_time_run_either_way(service):
    made = []
    for _ in range(4):
        made.append(service.ann.post(f"{V1}/sweeps", {}).json()["id"])
        service.crew.stage.world.advance(1)
    for sort, wanted in (("at", made), ("-at", made[::-1])):
        first = service.vera.get(f"{V1}/sweeps", sort=sort, limit=3).json()
        rest = service.vera.get(f"{V1}/sweeps", sort=sort, limit=3, cursor=first["next"]).json()
        assert [one["id"] for page in (first, rest) for one in page["sweeps"]] == wanted


def test_what_was_asked_for_is_narrowed_by_what_it_says(service):
    service.ann.post(f"{V1}/sweeps", {})
    where = service.remediation()
    service.bob.post(f"{V1}/sweeps", {})
    digest = service.vera.get(f"{V1}/plans").json()["plans"][0]["digest"]
    for path, query, count in [
        ("sweeps", {"asked_by": "bob"}, 1),
        ("sweeps", {"state": "queued"}, 1),
        ("sweeps", {"state": "finished", "asked_by": "ann"}, 1),
        ("sweeps", {"controller": "hq-1"}, 2),
        ("sweeps", {"controller": "hq"}, 0),
        ("sweeps", {"controller": "hq_1"}, 0),
        ("plans", {"controller": "hq-1", "state": "done"}, 1),
        ("plans", {"issue": "FN63942"}, 0),
        ("remediations", {"state": "awaiting-approval", "controller": "hq-1"}, 1),
        ("remediations", {"state": "running"}, 0),
        ("remediations", {"asked_by": "carl"}, 0),
        ("remediations", {"issue": "FN72524"}, 1),
        ("campaigns", {"state": "running"}, 0),
        ("controllers", {"platform": "iosxe", "issue": "FN72524", "reachable": True}, 1),
        ("controllers", {"platform": "aireos"}, 0),
        ("controllers", {"site": "nowhere"}, 0),
        ("controllers", {"tag": "nobody"}, 0),
        ("controllers", {"reachable": False}, 0),
        ("findings", {"confidence": "probable", "sort": "-confidence"}, 1),
        ("findings", {"confidence": "confirmed"}, 0),
    ]:
        assert len(service.vera.get(f"{V1}/{path}", **query).json()[path]) == count, query
    assert service.bob.post(f"{V1}/plans/{digest}/approve").status_code == 200
    found = service.vera.get(f"{V1}/remediations", state="queued").json()["remediations"]
    assert [one["id"] for one in found] == [where.split("/")[-1]]


# -- what was read is what is meant -------------------------------------------------------------


def test_a_word_is_given_only_for_what_was_read(service):
    where = service.remediation()
    other = {"If-Match": '"nothing"'}
    problem(service.bob.post(f"{where}/approve", headers=other), 412, "match-failed")
    read = {"If-Match": service.bob.get(where).headers["ETag"]}
    service.crew.job(service.worker, where.split("/")[-1])  # it says what it waits for now
    assert service.bob.post(f"{where}/approve", headers=read).status_code == 200
    problem(service.bob.post(f"{where}/approve", headers=read), 412, "match-failed")


def test_a_word_without_it_is_given_for_the_digest(service):
    where = service.remediation()
    assert service.bob.post(f"{where}/approve").status_code == 200


def test_a_digest_says_what_was_read_and_if_match_also_who_else_gave_their_word(service):
    digest = service.planned()["digest"]
    read = {"If-Match": service.bob.get(f"{V1}/plans/{digest}").headers["ETag"]}
    where = f"{V1}/plans/{digest}/approve"
    assert service.api.as_("root").post(where).status_code == 200
    problem(service.bob.post(where, headers=read), 412, "match-failed")
    assert service.bob.post(where, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("limit", [0, 201, "many"])
def test_a_page_has_a_size_that_can_be_served(service, limit):
    problem(service.vera.get(f"{V1}/sweeps", limit=limit), 422, "invalid-input")


# -- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "controllers/hq-9",
        "sweeps/s9",
        "plans/p9",
        f"plans/{DIGEST}",
        "remediations/r9",
        "remediations/r9/report",
        "nowhere",
    ],
)
def test_what_is_not_there_is_not_found(service, path):
    problem(service.vera.get(f"{V1}/{path}"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "body", "status", "name"),
    [
        ("sweeps", {"names": ["hq-9"]}, 404, "not-found"),
        ("sweeps", {"tags": ["nobody"]}, 409, "refused"),
        ("sweeps", {"name": ["hq-1"]}, 422, "invalid-input"),
        ("plans", {}, 422, "invalid-input"),
        ("plans", {"controller": "hq-9"}, 404, "not-found"),
        ("plans", {"controller": "hq-1", "issue": "FN1"}, 422, "invalid-input"),
        ("plans", {"controller": "hq-1", "strategy": "hope"}, 422, "invalid-input"),
        ("plans", {"controller": "hq-1", "save_pending": "perhaps"}, 422, "invalid-input"),
        ("plans", {"controller": "hq-1", "accept_reload": "perhaps"}, 422, "invalid-input"),
        ("plans", {"controller": "hq-1", "accept_reload": "yes"}, 422, "invalid-input"),
        ("plans", {"controller": "hq-1", "accept_stranded": 1}, 422, "invalid-input"),
        ("findings/f9/suppress", {"reason": "x", "until": 1798761600}, 422, "invalid-input"),
        ("findings/f9/suppress", {"reason": "x", "until": "1798761600"}, 422, "invalid-input"),
        ("events", {"events": [{"text": "x", "at": 1798761600}]}, 422, "invalid-input"),
        ("remediations", {"plan_digest": "short"}, 422, "invalid-input"),
        ("remediations", {"plan_digest": DIGEST}, 404, "not-found"),
        ("remediations/r9/cancel", None, 404, "not-found"),
        ("plans", [], 422, "invalid-input"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(service, path, body, status, name):
    assert problem(service.ann.post(f"{V1}/{path}", body), status, name)


def test_what_was_sent_is_not_echoed(service):
    answered = service.ann.post(f"{V1}/plans", {"controller": "hq-1", "password": "hunter2"})
    assert "hunter2" not in answered.text
    problem(answered, 422, "invalid-input")


def test_a_body_that_is_no_json_is_told_so(service):
    answered = service.ann.request("POST", f"{V1}/plans", content=b"{nonsense", headers=JSON)
    problem(answered, 422, "invalid-input")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", None])
def test_a_body_that_does_not_say_that_it_is_json_is_not_guessed_at(service, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    body = b'{"controller": "hq-1"}'
    answered = service.ann.request("POST", f"{V1}/plans", content=body, headers=headers)
    problem(answered, 415, "not-json")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b"9" * 5000])
def test_a_body_that_cannot_be_read_is_refused_and_nothing_breaks(service, body):
    answered = service.ann.request("POST", f"{V1}/plans", content=body, headers=JSON)
    assert answered.status_code in (400, 422)
    problem(answered, answered.status_code, answered.json()["type"].rpartition(":")[2])


@pytest.mark.parametrize("name", ["hq\u0000", "\ud800", "hq\n1"])
def test_names_hold_nothing_that_cannot_be_kept(service, name):
    body = json.dumps({"controller": "hq-1", "issue": name}).encode()
    answered = service.ann.request("POST", f"{V1}/plans", content=body, headers=JSON)
    problem(answered, 422, "invalid-input")


def test_a_body_that_is_too_large_is_not_read(service):
    answered = service.ann.request("POST", f"{V1}/plans", content=b" " * 1_000_001, headers=JSON)
    problem(answered, 413, "too-large")


def test_a_method_that_is_not_offered_is_told_so(service):
    answered = service.ann.request("DELETE", f"{V1}/sweeps")
    problem(answered, 405, "method-not-allowed")
    assert answered.headers["Allow"]


def test_a_store_that_is_away_is_worth_another_try(service):
    def away(*_args, **_settings):
        raise StoreError("the database is away")

    service.api.context.store.sweeps = away
    answered = service.vera.get(f"{V1}/sweeps")
    problem(answered, 503, "store-unavailable")
    assert answered.headers["Retry-After"]


def test_an_error_that_nobody_foresaw_tells_nothing_of_itself(service):
    def broken(*_args, **_settings):
        raise ZeroDivisionError("secret inside")

    service.api.context.store.sweeps = broken
    answered = service.vera.get(f"{V1}/sweeps")
    problem(answered, 500, "internal")
    assert "secret" not in answered.text


def test_a_broker_that_is_away_loses_no_work(service):
    def away(_job):
        raise StoreError("the broker took no job")

    service.api.queue.enqueue = away
    assert service.ann.post(f"{V1}/sweeps", {}).status_code == 202
    assert len(service.store.sweeps(limit=9)) == 1


# -- health ------------------------------------------------------------------------------------


def test_readiness_names_what_does_not_answer(service):
    assert service.nobody.get("/readyz").json() == {
        "ready": True,
        "checks": {"database": True},
        "reasons": {},
    }
    service.api.checks["workers-remediate"] = False
    answered = service.nobody.get("/readyz")
    assert answered.status_code == 503
    assert answered.json()["checks"] == {"database": True, "workers-remediate": False}
    assert answered.json()["reasons"] == {"workers-remediate": "it is away"}


def test_no_answer_is_kept_by_a_cache(service):
    for answered in (service.vera.get(f"{V1}/sweeps"), service.nobody.get(f"{V1}/sweeps")):
        assert answered.headers["Cache-Control"] == "no-store"
