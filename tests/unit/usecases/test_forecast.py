"""A forecast from what polls kept: as a document, by site and controller."""

from datetime import timedelta

from service.usecases.forecast import look_ahead, outlook_document
from tests.support.stage import Stage


def document(stage: Stage, **fields):
    context = stage.process().context
    made = look_ahead(context, context.inventory.controllers, **fields)
    return outlook_document(made)["forecast"]


def polled() -> Stage:
    stage = Stage()
    stage.store.add_poll(stage.look(stage.process()))
    return stage


def test_before_the_first_poll_everything_is_unknown_and_no_controller_is_asked():
    stage = Stage()
    told = document(stage)
    assert told["entries"] == []
    assert told["unknown"] == ["hq-1: never polled"]
    assert stage.line.logins == 0


def test_it_tells_who_cannot_load_the_image_and_the_way_out():
    stage = polled()
    told = document(stage)
    images = [one for one in told["entries"] if one["kind"] == "image"]
    assert {one["ap"]["mac"] for one in images} == {str(ap.mac) for ap in stage.box.aps}
    (site,) = told["sites"]
    (known,) = site["controllers"]
    assert known["count"]["image"] == site["count"]["image"] == 2
    assert known["first"] == site["first"] == told["entries"][0]["at"]
    assert known["release"] == "17.9.1"
    assert known["fixed_software"]


def test_what_comes_later_can_be_left_out():
    stage = polled()
    near = document(stage, within=timedelta(0))
    assert near["entries"]
    assert all(one["at"] <= near["at"] for one in near["entries"])
    assert len(near["entries"]) <= len(document(stage)["entries"])
