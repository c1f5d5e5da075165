"""Access points at a Catalyst 9800: the installed software says which image each has to run."""

from collections.abc import Iterable
from typing import Protocol

from service.lab.aps.kinds import JOIN_REFUSALS, Refusal, runs_ios
from service.lab.aps.meeting import Controller, Prepared
from service.lab.aps.physics import Aps
from service.lab.aps.state import ApState
from service.lab.box.software import Software
from service.lab.log import Log
from service.lab.specs import Ap

DEFAULT_SITE = "ST-HQ"
WITHOUT_IOS = (
    (17, 4, 0),
    (17, 9, 3),
)  # facts, section 13; that 17.9.3 took them back is unverified
KEPT = "IW37"  # ... and never left out


class Catalyst(Controller, Protocol):
    """What these APs ask of their controller beside the shared part."""

    software: Software


class CatalystAps(Aps):
    """The access points of one Catalyst 9800."""

    def __init__(self, specs: Iterable[Ap], controller: Catalyst, log: Log) -> None:
        self._software = controller.software
        super().__init__(specs, controller, log)

    def wanted(self, spec: Ap) -> str:
        """By base image, patches and the sites that they have reached."""
        return self._software.running_at(site_of(spec)).ap_version(spec.model)

    def mended(self, spec: Ap) -> bool:
        """By base image, patches and the sites that they have reached."""
        return self._software.running_at(site_of(spec)).mends(spec.model)

    def refusal(self, state: ApState, at: float) -> Refusal | None:
        """As the physics have it, and: a release that was installed leaves models behind."""
        if self._software.changed and left_behind(state.spec.model, self._software.release):
            return JOIN_REFUSALS["unsupported_model"]
        return super().refusal(state, at)

    def prepared(self, spec: Ap) -> Prepared | None:
        """What the package that was added last would bring, if that is something else."""
        waiting = self._software.prepared_at(site_of(spec))
        if waiting is None or waiting.ap_version(spec.model) == self.wanted(spec):
            return None
        return Prepared(waiting.ap_version(spec.model), waiting.mends(spec.model))


def left_behind(model: str, release: tuple[int, ...]) -> bool:
    """Does a release take no APs of this model?"""
    first, last = WITHOUT_IOS
    return runs_ios(model) and not model.startswith(KEPT) and first <= release < last


def site_of(spec: Ap) -> str:
    """The site tag of an AP."""
    return str(spec.options.get("site_tag", DEFAULT_SITE))
