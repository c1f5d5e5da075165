"""One look at one controller being put together, and how a topic that failed is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from service.domain.observation import ControllerView, Topic
from service.drivers.aireos.ways import Ways
from service.errors import DeviceError
from service.transcripts.parts import Part

SHOWN = 300
"""Characters of what is not known about one topic."""


@dataclass(slots=True)
class Look:
    """One look.

    Attributes:
        time: what `show time` said, asked once.
        failures: every error of a way, in order.
    """

    view: ControllerView
    ways: Ways
    timeout_s: float
    unknown: dict[Topic, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    time: Part | None = None
    failures: list[DeviceError] = field(default_factory=list)

    def says(self, **fields: object) -> None:
        """Fill fields of the view."""
        self.view = replace(self.view, **fields)  # type: ignore[arg-type]

    def miss(self, topic: Topic, why: str) -> None:
        """Say why a topic, or part of it, is not known."""
        before = self.unknown.get(topic)
        text = f"{before}; {why}" if before else why
        self.unknown[topic] = text[:SHOWN]

    def failed(self, topic: Topic, error: DeviceError) -> None:
        """A way failed: the topic is not known, the rest may be."""
        if error not in self.failures:
            self.failures.append(error)
        self.miss(topic, f"{error.operation}: {error.detail}")

    def done(self) -> ControllerView:
        """The view."""
        return replace(self.view, unknown=self.unknown, origins=self.origins)


Step = Callable[[Look], None]
