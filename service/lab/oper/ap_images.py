"""The AP images on a controller: those in force, those that wait, and for which sites.

Source: the models; bforejt/nautobot-upgrades, docs/internals.md (9800-CL, 17.15): after an added
file the prepared ones show the exact version that APs would get, and models without their
regulatory letter. Unverified: names and number of the images; here they are those of the APs that
the box has.
"""

import re
from collections.abc import Iterator, Mapping

from service.lab.aps.kinds import image_family
from service.lab.box.box import Box
from service.lab.box.software import SoftwareSet
from service.lab.oper.build import Value

MARK = {True: "ap-img-site-map-true", False: "ap-img-site-map-false"}


def active(box: Box) -> list[Mapping[str, Value]]:
    """Images that APs run, or get when they join."""
    running = box.software.running
    return [_location(box, 0, running.base.name, running, new=False)]


def prepared(box: Box) -> list[Mapping[str, Value]]:
    """Images of the software that was added last and isn't active."""
    waiting = box.software.prepared()
    if waiting is None:
        return []
    return [_location(box, 0, box.software.inactive()[-1].name, waiting, new=True)]


def _location(
    box: Box, index: int, file: str, software: SoftwareSet, *, new: bool
) -> Mapping[str, Value]:
    return {
        "index": index,
        "image-file": f"/bootflash/{file}",
        "image-data": list(_images(box, software, new=new)),
    }


def _images(box: Box, software: SoftwareSet, *, new: bool) -> Iterator[Mapping[str, Value]]:
    models = sorted({spec.model for spec in box.spec.aps})
    groups: dict[tuple[str, str], list[str]] = {}
    for model in models:
        key = (image_family(model), software.ap_version(model))
        groups.setdefault(key, []).append(re.sub(r"-[A-Z](?=-K9$)|-K9$|-[A-Z]$", "", model))
    for family in {family for family, _ in groups}:
        version, named = next((v, m) for (f, v), m in groups.items() if f == family)
        yield {
            "image-name": family,
            "image-location": "/bootflash",
            "image-version": version,
            "is-new": new,
            "ap-model-list": list(dict.fromkeys(named)),
        }


def site_map(box: Box) -> Iterator[Mapping[str, Value]]:
    """Sites that a patch was meant for first."""
    software = box.software
    for name, found in software.filters.filters.items():
        for site in found.named:
            runs = software.running.holds(name) and site in found.reached
            yield {
                "image-name": name,
                "site-name": site,
                "prepared": MARK[True],
                "activated": MARK[runs],
                "committed": MARK[runs and software.committed.holds(name)],
            }
