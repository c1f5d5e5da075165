"""Planning `fixed-software`: by the platform, for each installs in its own way."""

from service.domain.observation import Platform
from service.domain.plan import Asked, Planned, Situation
from service.domain.strategies.fixed_software_aireos_chain import plan_mended_first
from service.domain.strategies.fixed_software_xe_plan import plan_install


def plan_fixed_software(situation: Situation, asked: Asked) -> Planned:
    """The installation for one finding, or why there is none."""
    match situation.view.platform:
        case Platform.IOSXE:
            return plan_install(situation, asked)
        case Platform.AIREOS:
            return plan_mended_first(situation, asked)
