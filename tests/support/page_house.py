"""The pages over a service whose workers run when told to, and browsers of its people."""

from dataclasses import replace

from fastapi import FastAPI

from service.domain.inventory import Freeze, Schedule
from service.web.live import MARKS
from tests.support.api_service import Service
from tests.support.pages import Browser, pages


class House:
    """A service, and who looks at its pages."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.app: FastAPI = pages(service.api.app.state.front)
        self._browsers: dict[str, Browser] = {}

    def browser(self, who: str) -> Browser:
        """Somebody who is signed in; the same browser every time."""
        if who not in self._browsers:
            self._browsers[who] = self.again(who)
        return self._browsers[who]

    def again(self, who: str) -> Browser:
        """The same person, just signed in."""
        made = Browser(self.app)
        assert made.sign_in(self.service.api.clear[who]).status_code == 303
        return made

    def sweep(self) -> None:
        """A sweep of all, made at once."""
        assert self.service.ann.post("/api/v1/sweeps", {}).status_code == 202
        self.service.work()

    def mark(self, topic: str, item: str = "") -> str:
        """What the live layer goes by."""
        return MARKS[topic](self.service.api.context, item)

    def with_schedules(self, *schedules: Schedule) -> None:
        """From now on the inventory has these."""
        self._with(schedules=schedules)

    def with_freezes(self, *freezes: Freeze) -> None:
        """The same of freezes."""
        self._with(freezes=freezes)

    def _with(self, **parts: object) -> None:
        front = self.service.api.app.state.front
        fleet = replace(front.inventory(), **parts)
        self.app.state.front = replace(front, inventory=lambda: fleet)
