"""`Last-Modified` of the datastore (RFC 8040, section 3.4.1.1): of configuration alone."""

from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

from service.usecases.inventory_notes import note_inventory

DATA = "/restconf/data"


def modified(service, **headers):
    answered = service.vera.request("GET", f"{DATA}?depth=2", headers=headers)
    assert answered.status_code in (200, 304)
    return parsedate_to_datetime(answered.headers["last-modified"])


def now(service):
    return service.api.context.clock.now().wall.replace(microsecond=0)


def test_it_is_the_moment_at_which_the_inventory_was_noted_and_state_does_not_move_it(service):
    service.api.set_front(service.worker.context)
    assert note_inventory(service.worker.context)
    noted = now(service)
    service.crew.stage.world.advance(500)
    assert modified(service) == noted
    service.ann.post("/api/v1/sweeps", {})
    service.work()
    assert modified(service) == noted
    tag = service.vera.get(f"{DATA}?depth=2").headers["etag"]
    assert modified(service, **{"If-None-Match": tag}) == noted
    head = service.vera.request("HEAD", f"{DATA}?depth=2")
    assert parsedate_to_datetime(head.headers["last-modified"]) == noted


def test_a_change_that_nobody_noted_yet_is_one_of_now_and_then_of_when_it_was_noted(service):
    context = service.worker.context
    note_inventory(context)
    service.crew.stage.world.advance(500)
    (one,) = context.inventory.controllers
    fleet = replace(context.inventory, controllers=(replace(one, tags=("moved",)),))
    service.api.set_front(replace(context, inventory=fleet))
    assert modified(service) == now(service)
    service.crew.stage.world.advance(100)
    assert note_inventory(replace(context, inventory=fleet))
    noted = now(service)
    service.crew.stage.world.advance(100)
    assert modified(service) == noted == now(service) - timedelta(seconds=100)


def test_no_other_resource_has_it_and_nothing_is_judged_by_it(service):
    later = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert service.vera.request("GET", DATA, headers=later).status_code == 200
    assert "last-modified" not in service.vera.get(f"{DATA}/aprejoin:controllers").headers
    assert "last-modified" not in service.vera.get("/restconf").headers
