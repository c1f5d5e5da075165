"""Check controllers before anything else is tried: login, release, and what each offers."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from service.domain.inventory import Controller
from service.errors import DeviceError, InvalidInput
from service.ports.driver import CapabilityReport
from service.usecases.context import Context

THREADS = 16


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a check.

    Attributes:
        error: why the controller could not be checked; then there are no reports.
    """

    controller: Controller
    release: str | None
    reports: tuple[CapabilityReport, ...]
    error: str | None = None


def check_controllers(
    context: Context,
    controllers: Sequence[Controller],
    *,
    deep: bool = False,
    on_module: Callable[[str], None] = lambda _: None,
) -> tuple[Checked, ...]:
    """Check each; one that fails is an answer. Order is kept."""

    def check(controller: Controller) -> Checked:
        return check_one(context, controller, deep=deep, on_module=on_module)

    with ThreadPoolExecutor(max_workers=min(THREADS, max(1, len(controllers)))) as pool:
        return tuple(pool.map(check, controllers))


def check_one(
    context: Context, controller: Controller, *, deep: bool, on_module: Callable[[str], None]
) -> Checked:
    """Check one controller."""
    try:
        driver = context.drivers.open(controller)
    except (DeviceError, InvalidInput) as err:
        return Checked(controller, None, (), str(err))
    try:
        reports = driver.check(deep=deep, on_module=on_module)
        return Checked(controller, driver.release, reports)
    except DeviceError as err:
        return Checked(controller, driver.release, (), str(err))
    finally:
        driver.close()
