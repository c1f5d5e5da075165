"""Containments by HTTP: noted by an operator, seen by everybody, lifted."""

import pytest

V1 = "/api/v1"
WHERE = f"{V1}/controllers/hq-1/containments"
PORT = {"kind": "switch-port", "where": "access-1 Gi1/0/7", "note": "room 7"}


def listed(service):
    return service.vera.get(WHERE).json()["containments"]


def test_an_operator_notes_a_block_and_its_lifting_and_everybody_sees_both(service):
    made = service.ann.post(WHERE, PORT).json()["containment"]
    assert (made["applied_by"], made["undo"][0]) == ("ann", "interface Gi1/0/7")
    assert listed(service) == [made]
    lifted = service.ann.post(f"{WHERE}/lift", {"kind": "switch-port"}).json()["lifted"]
    assert [one["lifted_by"] for one in lifted] == ["ann"]
    assert listed(service) == lifted
    assert service.ann.post(f"{WHERE}/lift", {}).status_code == 409


def test_a_viewer_notes_nothing(service):
    assert service.vera.post(WHERE, PORT).status_code == 403
    assert service.nobody.post(WHERE, PORT).status_code == 401
    assert listed(service) == []


@pytest.mark.parametrize(
    "body", [{}, {"kind": "wall"}, {**PORT, "where": "x" * 300}, {**PORT, "more": 1}]
)
def test_wrong_words_are_refused(service, body):
    assert service.ann.post(WHERE, body).status_code == 422
    assert listed(service) == []


def test_a_controller_that_nobody_knows_has_none(service):
    assert service.vera.get(f"{V1}/controllers/hq-9/containments").status_code == 404


def test_the_same_key_notes_once(service):
    caller = service.ann.with_key("one")
    assert caller.post(WHERE, PORT).json() == caller.post(WHERE, PORT).json()
    assert len(listed(service)) == 1


def test_a_plan_tells_what_stands(service):
    service.ann.post(WHERE, PORT)
    where = service.ann.post(f"{V1}/plans", {"controller": "hq-1"}).headers["Location"]
    service.work()
    told = service.vera.get(where).json()
    assert any("kept away by hand" in sentence for sentence in told["plan"]["impact"])
    assert [one["kind"] for one in told["containments"]] == ["switch-port"]
