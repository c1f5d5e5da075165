"""Whether the polls between two whole ones told the truth: what they did not notice, in sentences.

An AP that moved between the two looks is not compared: it was asked for in both, and both are
right. What is compared was remembered, so its pulse says that nothing happened to it.
"""

from collections.abc import Iterable, Mapping

from service.domain.history import is_there
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ControllerView

JUDGED_BY = ("model", "version", "serial", "certificate_kind", "certificate_end")
"""What diagnosis goes by of an AP that serves and its pulse does not tell."""
SHOWN = ("name", "address", "site", "country", "backup_version", "predownload")
"""What people are shown beside."""
PULSE = ("state", "boot_time", "join_time", "is_joined")
OF_CONTROLLER = (
    "hardware",
    "boot_time",
    "ntp",
    "certificates",
    "has_join_certificate",
    "install",
    "ap_limit",
    "countries",
)
"""What only whole polls ask a controller."""


def differences(told: ControllerView, truth: ControllerView) -> tuple[str, ...]:
    """What a look with remembered facts told wrongly, by the whole look right after it."""
    return (*_of_controller(told, truth), *_of_aps(told.aps or (), truth.aps or ()))


def _of_controller(told: ControllerView, truth: ControllerView) -> Iterable[str]:
    """A field that is unknown now was not found to be another one."""
    for name in OF_CONTROLLER:
        was, is_ = getattr(told, name), getattr(truth, name)
        if is_ is not None and was != is_:
            yield f"{truth.controller}: {name} is another one than was remembered"


def _of_aps(told: Iterable[ApSighting], truth: Iterable[ApSighting]) -> Iterable[str]:
    remembered: Mapping[BaseRadioMac, ApSighting] = {
        ap.mac: ap for ap in told if ap.details_at is not None
    }
    for ap in truth:
        was = remembered.get(ap.mac)
        if was is None or not is_there(ap) or _pulse(was) != _pulse(ap):
            continue
        for name in (*JUDGED_BY, *SHOWN):
            before, now = getattr(was, name), getattr(ap, name)
            if now is not None and before != now:
                yield f"{ap.label}: {name} was remembered as {before}, and is {now}"


def _pulse(ap: ApSighting) -> tuple[object, ...]:
    return tuple(getattr(ap, name) for name in PULSE)
