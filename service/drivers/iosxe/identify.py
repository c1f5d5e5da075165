"""What a controller is and which release it runs, told at connect.

The hello cannot be asked: from 17.12 it names no Cisco module. So the version is read first, and
where it cannot be read the configuration's version (major and minor) decides, or the revision of
one module: from the hello, from the YANG library or from the list of schemas.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.releases import Release
from service.drivers.iosxe import normalize
from service.drivers.iosxe.documents import (
    Record,
    Shape,
    filter_for,
    nodes,
    records,
    shape_of,
)
from service.drivers.iosxe.look import Told
from service.drivers.links.netconf import NetconfLink, RpcRefused
from service.drivers.paths import Contract
from service.errors import CapabilityMissing, ReplyMalformed
from service.ports.clock import Clock

OLDEST = Release(17, 3)
_TRAIN = re.compile(r"\d{2}\.\d{1,2}(\.\d+[a-z]?)?")
_SAID = re.compile(r"[?&](module|revision)=([^&]+)")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a controller is.

    Attributes:
        told_by: how the release was learnt.
    """

    release: Release
    software: str | None
    told_by: str


def says_of_itself(
    link: NetconfLink, paths: Contract, clock: Clock, *, timeout_s: float
) -> Told | None:
    """What a controller says of itself, its clock in it; None where it does not say all of it."""
    shape = shape_of(paths, paths.reads["system"], OLDEST)
    before = clock.now()
    try:
        found = list(records(link.get(filter_for(shape), timeout_s=timeout_s), shape))
    except (RpcRefused, ValueError):
        return None
    return Told(before, clock.now().seconds_since(before), found) if found else None


def identify(
    controller: str,
    link: NetconfLink,
    paths: Contract,
    *,
    timeout_s: float,
    told: Told | None = None,
) -> Identity:
    """Learn the release; `told`: what it said of itself.

    Raises:
        CapabilityMissing: another platform, or a release before 17.3.
        ReplyMalformed: nothing tells the release.
    """
    software = told.records[0].get("software") if told else _software(link, paths, timeout_s)
    identity = (
        by_software(controller, software)
        or _by_train(link, paths, software, timeout_s)
        or _by_revision(link, paths, software, timeout_s)
    )
    if identity is None:
        raise ReplyMalformed(
            controller,
            "identify",
            f"no release can be told: version text {software!r}, and no known module revision in "
            "hello, YANG library or schema list",
        )
    return _served(controller, identity)


def by_software(controller: str, software: str | None) -> Identity | None:
    """What the version text says, if it says it. Raises CapabilityMissing, as `identify`."""
    other = normalize.other_platform(software)
    if other is not None:
        raise CapabilityMissing(
            controller, "identify", f"this is {other}, not a Catalyst 9800 controller ({software})"
        )
    text = normalize.release_text(software)
    told = Identity(Release.parse(text), software, "version") if text else None
    return None if told is None else _served(controller, told)


def _served(controller: str, identity: Identity) -> Identity:
    if identity.release < OLDEST:
        raise CapabilityMissing(
            controller, "identify", f"release {identity.release} is older than {OLDEST.train}"
        )
    return identity


def _software(link: NetconfLink, paths: Contract, timeout_s: float) -> str | None:
    shape = shape_of(paths, paths.reads["system"], OLDEST).only("software")
    try:
        found = list(records(link.get(filter_for(shape), timeout_s=timeout_s), shape))
    except (RpcRefused, ValueError):
        return None
    return found[0].get("software") if found else None


def _by_train(
    link: NetconfLink, paths: Contract, software: str | None, timeout_s: float
) -> Identity | None:
    """By the `version` line of the configuration; it has no maintenance number."""
    steps = paths.steps(paths.reads["version"].path)
    try:
        data = link.get_config(filter_for(Shape(steps, {}, {})), timeout_s=timeout_s)
        text = next((node.text or "" for node in nodes(data, steps)), "").strip()
    except (RpcRefused, ValueError):
        return None
    return Identity(Release.parse(text), software, "config") if _TRAIN.fullmatch(text) else None


def _by_revision(
    link: NetconfLink, paths: Contract, software: str | None, timeout_s: float
) -> Identity | None:
    telling = paths.modules[paths.release_by_revision.module].name
    for told_by, name, revision in _modules(link, paths, timeout_s):
        family = paths.family(revision) if name == telling and revision else None
        if family is not None:
            return Identity(family, software, told_by)
    return None


def _modules(
    link: NetconfLink, paths: Contract, timeout_s: float
) -> Iterator[tuple[str, str, str]]:
    """(told by, module, revision), from the cheapest place to the dearest."""
    for capability in link.capabilities:
        said = dict(_SAID.findall(capability))
        if "module" in said:
            yield "hello", said["module"], said.get("revision", "")
    newest = Release(99, 0)
    for key in ("modules-1.1", "modules-1.0", "schemas"):
        shape = shape_of(paths, paths.reads[key], newest)
        try:
            data = link.get(filter_for(shape), timeout_s=timeout_s)
            found = list(records(data, shape))
        except (RpcRefused, ValueError):
            continue
        for record in found:
            yield key, *_named(record)


def _named(record: Record) -> tuple[str, str]:
    return record.get("name") or "", record.get("revision") or ""
