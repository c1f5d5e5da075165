"""The Celery application of the worker and beat processes: `celery -A workers.app worker`.

Everything comes from the environment (service.settings). Drivers and store are loaded by workers
alone, so that beat, which runs no job, never needs them. The inventory is each process's own
memory: a job finds it as the file is, or as it was last good.
"""

from contextlib import AbstractContextManager, suppress
from importlib import import_module

from celery import Celery, signals

from service.config.latest_inventory import LatestInventory
from service.domain.observation import Platform
from service.errors import InvalidInput
from service.ports.jobs import STEP_GRACE_S
from service.queue.broker_address import embedded_url
from service.queue.celery_app import celery_app
from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.telemetry.traces import configure_traces
from service.uncollected import collected_in_lots, uncollected
from workers.ending import end_within
from workers.guarding import guard_with
from workers.hearing import hear_with
from workers.tasks import Runtime, register

POLLS, CHANGES = "workers.runtime", "workers.changes"
DRIVERS = {
    Platform.IOSXE: "service.drivers.iosxe.choosing",
    Platform.AIREOS: "service.drivers.aireos.driver",
}


def worker_app(settings: Settings) -> Celery:
    """An application at the broker that the settings mean, without tasks; its workers hear."""
    broker_url = settings.broker_url or embedded_url(settings.state_dir)
    app = celery_app(broker_url, visibility_timeout_s=settings.visibility_timeout_s)
    hear_with(app)
    return app


def _open_runtime() -> AbstractContextManager[Runtime]:
    configure_traces(Settings.from_environment().traces)  # with the first job: a fork ends it
    from workers.runtime import open_runtime  # noqa: PLC0415 - see above: beat never gets here

    return open_runtime(app, inventory)


@signals.setup_logging.connect
def _configure_logs(**_: object) -> None:  # Celery passes what its own set-up would need
    settings = Settings.from_environment()
    configure_logs(level=settings.log_level, form=settings.log_format)


@signals.worker_init.connect
def _get_ready(**_: object) -> None:
    """Before the first job: what every poll needs is there, and the inventory as it was good."""
    platforms: set[Platform] = set()
    with suppress(InvalidInput):  # every job says it
        platforms = {controller.platform for controller in inventory().controllers}
    _load(POLLS, *(DRIVERS[platform] for platform in sorted(platforms)))
    collected_in_lots()


@signals.worker_before_create_process.connect
def _load_before_forks(**_: object) -> None:
    """Processes of the pool change controllers: what each would load is there."""
    _load(CHANGES)


def _load(*names: str) -> None:
    with uncollected():
        for name in names:
            import_module(name)


inventory = LatestInventory(Settings.from_environment().inventory)
app = worker_app(Settings.from_environment())
register(app, _open_runtime)
end_within(STEP_GRACE_S)  # before anything else that a stop sets going
guard_with(app)
