"""A remediation is followed, stopped and told at the page."""

import io
import re
import zipfile

import pytest

TAG = re.compile(r'name="tag" value="([^"]+)"')


@pytest.fixture
def where(house):
    """A remediation that ann asked for: its address at the page."""
    return house.service.remediation().removeprefix("/api/v1")


def item(where):
    return where.rsplit("/", maxsplit=1)[-1]


def until(house, where, step):
    house.service.bob.approve(f"/api/v1{where}")
    house.service.crew.until(house.service.worker, step, item(where))


def test_one_that_waits_is_approved_by_somebody_else_alone(house, where):
    ann, bob = house.browser("ann"), house.browser("bob")
    assert "It takes an approver" in ann.get(where).text
    text = bob.get(where).text
    tag = TAG.search(text)[1].replace("&#34;", '"')
    assert bob.post(f"{where}/approve", {"tag": tag}).status_code == 303
    assert "Queued" in bob.get(where).text


def test_one_under_way_shows_steps_curves_false_time_and_the_switch(house, where):
    until(house, where, "wait-for-aps")
    text = house.browser("vera").get(where).text
    assert "False time, right now" in text
    assert "goes home by itself in" in text
    assert re.search(r"data-until[^>]*>\d+ min", text)
    assert 'id="offset-table"' in text
    assert 'id="joined-table"' in text
    assert 'class="step running"' in text
    assert "Stop and restore" not in text, "a viewer stops nothing"


def test_an_operator_stops_it_after_a_second_look_and_it_comes_home(house, where):
    until(house, where, "wait-for-aps")
    ann = house.browser("ann")
    assert f"{where}/stop" in ann.get(where).text
    assert "The way home begins at once" in ann.get(f"{where}/stop").text
    assert ann.post(f"{where}/stop", {"verb": "cancel"}).status_code == 303
    assert "wants it back" in ann.get(where).text
    ended = house.service.crew.until_over(house.service.worker, item(where))
    assert ended.state == "rolled-back"
    text = ann.get(where).text
    assert "Rolled back" in text
    assert "False time" not in text
    assert ann.get(f"{where}/stop").status_code == 409
    assert ann.post(f"{where}/stop", {"verb": "cancel"}).status_code == 409


def test_one_that_ended_well_has_its_report_and_its_evidence(house, where):
    house.service.bob.approve(f"/api/v1{where}")
    house.service.crew.until_over(house.service.worker, item(where))
    vera = house.browser("vera")
    text = vera.get(where).text
    assert "Succeeded" in text
    assert "2 of 2 access points registered" in text
    assert "opened: clock-window for FN72524" in text
    bundle = vera.get(f"{where}/evidence")
    assert bundle.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()
    assert any(name.endswith("journal.jsonl") for name in names)


def test_the_list_is_filtered_by_state(house, where):
    vera = house.browser("vera")
    assert item(where) in vera.get("/remediations", state="awaiting-approval").text
    assert "No remediation fits" in vera.get("/remediations", state="succeeded").text
    assert vera.get("/remediations", state="odd").status_code == 400
    assert vera.get("/remediations/nothing").status_code == 404


def test_the_mark_moves_with_every_step_and_with_who_wants_it_back(house, where):
    marks = [house.mark("remediation", item(where))]
    until(house, where, "wait-for-aps")
    marks.append(house.mark("remediation", item(where)))
    house.service.ann.post(f"/api/v1{where}/cancel")
    marks.append(house.mark("remediation", item(where)))
    assert len(set(marks)) == 3
    assert house.mark("remediation", item(where)) == marks[-1]
