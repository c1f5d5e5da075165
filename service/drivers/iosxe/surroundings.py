"""What of a C9800's configuration counts on its clock, as far as the models show it."""

from lxml import etree

from service.domain.hazards import Dependent
from service.drivers.iosxe.asking import UNKNOWN_TAGS, Asker
from service.drivers.iosxe.documents import Shape, filter_for, nodes, path_text
from service.drivers.links.netconf import RpcRefused
from service.drivers.paths import Dependent as DependentPath


def dependents(asker: Asker, *, timeout_s: float) -> tuple[tuple[Dependent, ...], tuple[str, ...]]:
    """What was found, in the contract's order, and what could not be looked at.

    All of it is asked for at once, and only the names of entries. Where the controller refuses
    that, each thing is asked for by itself, never a whole node instead: it may hold a password.
    """
    wanted = [
        (key, path, _shapes(asker, path))
        for key, path in asker.contract.dependents.items()
        if path.exists_in(asker.release)
    ]
    every = [shape for _, _, shapes in wanted for shape in shapes]
    try:
        data = asker.link.get_config(filter_for(*every), timeout_s=timeout_s)
    except RpcRefused:
        return _one_by_one(asker, wanted, timeout_s)
    return tuple(_found(data, wanted)), ()


Wanted = tuple[str, DependentPath, list[Shape]]


def _shapes(asker: Asker, path: DependentPath) -> list[Shape]:
    return [
        Shape(steps, {} if path.key is None else {"key": ((steps[-1][0], path.key),)}, {})
        for steps in map(asker.contract.steps, path.paths())
    ]


def _one_by_one(
    asker: Asker, wanted: list[Wanted], timeout_s: float
) -> tuple[tuple[Dependent, ...], tuple[str, ...]]:
    """A release that does not know a node has none of it; any other refusal is told.

    One that knows none of the nodes is not understood, which is told, too.
    """
    found: list[Dependent] = []
    problems: list[str] = []
    unknown: list[str] = []
    for key, path, shapes in wanted:
        try:
            data = asker.link.get_config(filter_for(*shapes), timeout_s=timeout_s)
        except RpcRefused as err:
            (unknown if err.tag in UNKNOWN_TAGS else problems).append(f"{key}: {err}")
            continue
        found += _found(data, [(key, path, shapes)])
    return tuple(found), tuple(unknown if len(unknown) == len(wanted) else problems)


def _found(data: etree._Element, wanted: list[Wanted]) -> list[Dependent]:
    found: list[Dependent] = []
    for _, path, shapes in wanted:
        counts = [(shape, sum(1 for _ in nodes(data, shape.steps))) for shape in shapes]
        number = sum(count for _, count in counts)
        if number:
            where = next(path_text(shape.steps) for shape, count in counts if count)
            found.append(Dependent(path.kind, path.says, number, where))
    return found
