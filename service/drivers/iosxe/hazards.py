"""What makes a false clock dangerous, as far as the models show it."""

from collections.abc import Iterator

from lxml import etree

from service.domain.hazards import Hazard
from service.drivers.iosxe.asking import UNKNOWN_TAGS, Asker
from service.drivers.iosxe.documents import Shape, nodes, path_text
from service.drivers.links.netconf import RpcRefused
from service.drivers.paths import Hazard as HazardPath
from service.drivers.paths import Step


def hazards(asker: Asker, *, timeout_s: float) -> tuple[tuple[Hazard, ...], tuple[str, ...]]:
    """The hazards found, and what could not be looked at with the device's own words."""
    found: list[Hazard] = []
    problems: list[str] = []
    for key, hazard in asker.contract.hazards.items():
        for shape, data in _data(asker, key, hazard, timeout_s, problems):
            found += [
                Hazard(key, hazard.says, path_text(shape.steps))
                for node in nodes(data, shape.steps)
                if hazard.true_value in (None, (node.text or "").strip())
            ]
    return tuple(dict.fromkeys(found)), tuple(problems)


def _data(
    asker: Asker, key: str, hazard: HazardPath, timeout_s: float, problems: list[str]
) -> Iterator[tuple[Shape, etree._Element]]:
    """Every path of a hazard with what was read of it: all at once, else each by itself."""
    shapes = [
        Shape(steps, _key_leaf(steps, hazard.key), {})
        for steps in map(asker.contract.steps, hazard.paths())
    ]
    try:
        data = asker.narrowed(f"hazard {key}", "get-config", shapes, timeout_s=timeout_s)
    except RpcRefused as err:
        if len(shapes) == 1:
            problems.append(f"{key}: {err}")
        else:
            yield from _one_by_one(asker, key, shapes, timeout_s, problems)
        return
    yield from ((shape, data) for shape in shapes)


def _one_by_one(
    asker: Asker, key: str, shapes: list[Shape], timeout_s: float, problems: list[str]
) -> Iterator[tuple[Shape, etree._Element]]:
    """A release need not have every type of interface: one that it does not know has no hazard."""
    for shape in shapes:
        try:
            data = asker.narrowed(f"hazard {key}", "get-config", [shape], timeout_s=timeout_s)
        except RpcRefused as err:
            if err.tag not in UNKNOWN_TAGS:
                problems.append(f"{key}: {err}")
            continue
        yield shape, data


def _key_leaf(steps: tuple[Step, ...], key: str | None) -> dict[str, tuple[Step, ...]]:
    return {} if key is None else {"key": ((steps[-1][0], key),)}
