"""A plan is read, approved or rejected at the page by the rules of REST."""

import re

import pytest

TAG = re.compile(r'name="tag" value="([^"]+)"')


@pytest.fixture
def plan(house):
    """A plan that ann asked for: its address."""
    return f"/plans/{house.service.planned()['id']}"


def read(browser, path):
    """Look at a plan, and keep what its forms carry: the tag of what was read."""
    found = TAG.search(browser.get(path).text)
    return {"tag": found[1].replace("&#34;", '"')} if found else {}


def test_every_payload_undo_way_and_what_it_touches_is_there(house, plan):
    text = house.browser("vera").get(plan).text
    shown = house.service.vera.get(f"/api/v1{plan}").json()
    for step in shown["plan"]["steps"]:
        assert step["name"] in text
    for way in shown["plan"]["alternatives"]:
        assert way["name"] in text
    assert shown["digest"] in text
    assert "Blast radius" in text
    assert "Sends exactly this" in text
    assert "Undone by" in text
    assert "Approve this digest" not in text, "a viewer gives no word"


def test_somebody_else_approves_what_they_read(house, plan):
    bob = house.browser("bob")
    answer = bob.post(f"{plan}/approve", read(bob, plan))
    assert (answer.status_code, answer.headers["location"]) == (303, plan)
    text = bob.get(plan).text
    assert "Approved" in text
    (word,) = house.service.vera.get(f"/api/v1{plan}").json()["approvals"]
    assert word["approver"] == "bob"


def test_who_asked_for_it_may_not_approve_it_whatever_they_send(house):
    plan = f"/plans/{house.service.planned(who=house.service.bob)['id']}"
    bob = house.browser("bob")
    text = bob.get(plan).text
    assert "You asked for it" in text
    assert "Approve this digest" not in text
    assert bob.post(f"{plan}/approve", read(bob, plan)).status_code == 403


def test_a_word_for_what_has_changed_meanwhile_is_refused(house, plan):
    bob, root = house.browser("bob"), house.browser("root")
    old = read(bob, plan)
    root.post(f"{plan}/approve", read(root, plan))
    assert bob.post(f"{plan}/approve", old).status_code == 412
    assert bob.post(f"{plan}/approve", read(bob, plan)).status_code == 303


def test_a_no_needs_a_reason_and_is_shown_with_it(house, plan):
    bob = house.browser("bob")
    carried = read(bob, plan)
    assert bob.post(f"{plan}/reject", carried).status_code == 422
    said = {**carried, "reason": "not <b>now</b>"}
    assert bob.post(f"{plan}/reject", said).status_code == 303
    text = bob.get(plan).text
    assert "not &lt;b&gt;now&lt;/b&gt;" in text
    assert "Approve this digest" not in text


def test_an_operator_has_it_carried_out_and_goes_to_the_remediation(house, plan):
    ann = house.browser("ann")
    answer = ann.post(f"{plan}/carry-out", read(ann, plan))
    where = answer.headers["location"]
    assert where.startswith("/remediations/")
    assert "waits for somebody" in ann.get(where).text
    assert where in ann.get(plan).text


def test_a_plan_that_lapsed_says_so_and_takes_no_word(house, plan):
    carried = read(house.browser("bob"), plan)
    house.service.crew.stage.world.advance(90_000)
    root = house.again("bob")
    assert "This plan lapsed" in root.get(plan).text
    assert read(root, plan) == {}
    assert root.post(f"{plan}/approve", carried).status_code in (409, 412)


def test_no_plan_is_an_answer_with_its_ways(house):
    plan = f"/plans/{house.service.planned(issue='FN63942')['id']}"
    text = house.browser("vera").get(plan).text
    assert "nothing to do" in text
    assert "No plan" in text


def test_the_list_has_the_newest_first_in_pages(house):
    ids = [house.service.planned()["id"] for _ in range(3)]
    vera = house.browser("vera")
    text = vera.get("/plans", rows=2).text
    assert ids[2] in text
    assert ids[0] not in text
    following = re.search(r'rel="next" href="([^"]+)"', text)[1].replace("&amp;", "&")
    assert ids[0] in vera.get(following).text
    assert "No plan fits" in vera.get("/plans", controller="br-9").text
