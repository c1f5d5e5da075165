"""How soon a schedule asks a controller again that failed: less and less often, up to a limit.

A refused login is not asked again by itself at all: it locks accounts. A change of what the
inventory says of the controller, or a person who asks, ends the waiting.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from service.domain.inventory import Controller

FIRST_S = 300.0
Trouble: TypeAlias = Literal["unreachable", "refused"]


@dataclass(frozen=True, slots=True)
class Failing:
    """A controller that could not be read.

    Attributes:
        times: in a row.
        entry: what the inventory said of it then, as `entry_of` tells it.
        left_s: seconds until it is asked again; None: not by itself.
    """

    controller: str
    trouble: Trouble
    times: int
    entry: str
    detail: str
    left_s: float | None


def pause_s(trouble: Trouble, times: int, longest_s: float) -> float | None:
    """How long to leave a controller alone after so many failures in a row; None: for good."""
    if trouble == "refused":
        return None
    return float(min(longest_s, FIRST_S * 2 ** min(times - 1, 40)))


def is_left_alone(failing: Failing | None, controller: Controller) -> bool:
    """Whether a schedule passes this controller over now."""
    if failing is None or failing.entry != entry_of(controller):
        return False
    return failing.left_s is None or failing.left_s > 0


def entry_of(controller: Controller) -> str:
    """What a login depends on, of what the inventory says; references to secrets, never secrets."""
    login = controller.credentials
    told = (
        controller.platform, controller.host, controller.transport, login.username, login.password,
        login.enable_password, controller.netconf, controller.restconf, controller.ssh,
        controller.snmp,
    )  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()
