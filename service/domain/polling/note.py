"""What is kept of a controller's polls, so that the next one need not ask for all of it again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.observation import ControllerView, Topic

WHOLE = frozenset(
    {
        Topic.IDENTITY,
        Topic.NTP_CONFIG,
        Topic.AP_PREDOWNLOAD,
        Topic.CERTIFICATES,
        Topic.INSTALL,
    }
)
"""What only whole polls read of a controller; its APs' own rows are remembered one by one."""


@dataclass(frozen=True, slots=True)
class PollNote:
    """The newest word on a controller but for its APs.

    Attributes:
        view: what polls said; `remembered` says of what is older than its `read_at`.
        whole_at: when the newest whole poll was, by the same clock as `read_at`.
        differences: how many facts whole polls found to be others than the polls between them told.
    """

    controller: str
    view: ControllerView
    whole_at: datetime
    differences: int = 0


def note_of(view: ControllerView, before: PollNote | None, differences: int = 0) -> PollNote:
    """A poll as a note: a whole one where nothing in its view is remembered."""
    is_whole = before is None or not view.remembered
    return PollNote(
        view.controller,
        replace(view, aps=None, pulses=None, kept={}, logs=()),
        view.read_at if is_whole else before.whole_at,  # type: ignore[union-attr]
        differences + (0 if before is None else before.differences),
    )


def times_of(note: PollNote) -> Mapping[Topic, datetime]:
    """When each of the topics that only whole polls read was read last."""
    return {topic: note.view.remembered.get(topic, note.view.read_at) for topic in WHOLE}
