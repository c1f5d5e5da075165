"""The API and its workers over one store, without a broker and without a socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.ports.jobs import MakePlan, SweepFleet
from tests.support.browser import Api
from tests.support.builders import POLICY
from tests.support.crew import Crew, crew_stage
from workers.runtime import FleetRuntime


class Service:
    """The API and the workers over one store, without a broker: jobs are run when asked to."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.worker = crew.stage.process()
        self.api = Api(crew.stage.process().context)
        self.ann, self.bob = self.api.as_("ann"), self.api.as_("bob")
        self.vera, self.nobody = self.api.as_("vera"), self.api.as_(None)

    @property
    def store(self):
        return self.crew.stage.store

    def work(self) -> None:
        """Run the sweeps and plans that were queued."""
        runtime = FleetRuntime(self.worker.context, self.api.queue)
        jobs, self.api.queue.jobs = self.api.queue.jobs, []
        for job in jobs:
            match job:
                case SweepFleet(sweep):
                    runtime.sweep(sweep)
                case MakePlan(plan):
                    runtime.plan(plan)
                case _:
                    self.api.queue.jobs.append(job)

    def planned(self, who=None, **wish):
        """A plan that was asked for and worked out; its document."""
        asked = (who or self.ann).post("/api/v1/plans", {"controller": "hq-1", **wish})
        assert asked.status_code == 202, asked.text
        self.work()
        return self.vera.get(asked.headers["Location"]).json()

    def remediation(self, who=None):
        """A remediation that was asked for: its address."""
        digest = self.planned()["digest"]
        asked = (who or self.ann).post("/api/v1/remediations", {"plan_digest": digest})
        assert asked.status_code == 202, asked.text
        return asked.headers["Location"]

    def newest(self) -> str:
        """The remediation that was asked for last."""
        return self.store.remediation_places(limit=1)[0].id


@contextmanager
def crew_service(folder: Path) -> Iterator[Service]:
    """A service with its database in a folder."""
    stage = crew_stage(POLICY, file=folder / "aprejoin.db")
    yield Service(Crew(stage))
    stage.store.close()
