"""The Celery application of the worker and beat processes: `celery -A workers.app worker`.

Everything comes from the environment (service.settings). Drivers and store are loaded by workers
alone, so that beat, which runs no job, never needs them. The inventory is each process's own
memory: a job finds it as the file is, or as it was last good.
"""

from contextlib import AbstractContextManager, suppress
from importlib import import_module

from celery import Celery, signals

from service.config.latest_inventory import LatestInventory
from service.errors import InvalidInput
from service.queue.broker_address import embedded_url
from service.queue.celery_app import celery_app
from service.settings import Settings
from service.telemetry.logs import configure_logs
from workers.guarding import guard_with
from workers.tasks import Runtime, register

LOADED_BEFORE_FORKS = (
    "workers.runtime",
    "service.drivers.iosxe.driver",
    "service.drivers.aireos.driver",
)


def worker_app(settings: Settings) -> Celery:
    """An application at the broker that the settings mean, without tasks."""
    broker_url = settings.broker_url or embedded_url(settings.state_dir)
    return celery_app(broker_url, visibility_timeout_s=settings.visibility_timeout_s)


def _open_runtime() -> AbstractContextManager[Runtime]:
    from workers.runtime import open_runtime  # noqa: PLC0415 - see above: beat never gets here

    return open_runtime(app, inventory)


@signals.setup_logging.connect
def _configure_logs(**_: object) -> None:  # Celery passes what its own set-up would need
    settings = Settings.from_environment()
    configure_logs(level=settings.log_level, form=settings.log_format)


@signals.worker_init.connect
def _get_ready(**_: object) -> None:
    """Before pool processes are forked: what each would load is there, and what was good then."""
    for name in LOADED_BEFORE_FORKS:
        import_module(name)
    with suppress(InvalidInput):  # every job says it
        inventory()


inventory = LatestInventory(Settings.from_environment().inventory)
app = worker_app(Settings.from_environment())
register(app, _open_runtime)
guard_with(app)
