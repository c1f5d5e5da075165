"""What is shown of plans and remediations, also where less is known than in the service."""

from dataclasses import replace

from service.domain.inventory import Inventory
from service.domain.tickets import Ticket
from service.usecases.show import show_plan, show_remediation
from service.usecases.tickets import id_of


def test_a_plan_names_its_change_ticket(service):
    planned = service.planned()
    assert planned["ticket"] is None
    digest = planned["digest"]
    ticket = Ticket(id_of("change", digest), "change", digest[:12], digest, "hq-1")
    service.store.add_ticket(replace(ticket, number="CHG-17"))
    shown = show_plan(service.api.context, digest)
    assert shown["ticket"] == {
        "id": ticket.id,
        "number": "CHG-17",
        "correlation": ticket.correlation,
    }


def test_without_an_inventory_what_nobody_has_approved_awaits_an_approval(service):
    where = service.remediation()
    bare = replace(service.api.context, inventory=Inventory(()))
    item = where.split("/")[-1]
    assert show_remediation(bare, item)["state"] == "awaiting-approval"
    assert service.bob.approve(where).status_code == 200
    assert show_remediation(bare, item)["state"] == "queued"
