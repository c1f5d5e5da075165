"""All data of the model, by the names of its top nodes; looked up where it is wanted."""

from service.api.restconf import fleet_data, mending_data
from service.api.restconf.own_data import own_data
from service.api.restconf.tree import Instance
from service.usecases.context import Context


def all_data(context: Context, base: str) -> Instance:
    """What a caller may see.

    Args:
        context: the ports, with that part of the inventory that the caller may see.
        base: scheme, host and port, as the caller knows the server.
    """
    return {
        "controllers": {"controller": fleet_data.controllers(context)},
        "findings": {"finding": mending_data.findings(context)},
        "sweeps": {"sweep": mending_data.sweeps(context)},
        "plans": {"plan": mending_data.plans(context)},
        "remediations": {"remediation": mending_data.remediations(context)},
        **own_data(base, context.store.first_told_at),
    }
