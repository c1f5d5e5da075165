"""What is kept of a controller between polls: its software and its own certificates."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.observation import Certificate, ControllerView, Platform, Topic


@dataclass(frozen=True, slots=True)
class BoxNote:
    """The newest word on one controller.

    Attributes:
        seen_at: when it was polled last, aware UTC.
        patches: file names of committed packages; None: not read.
        certificates: its own and those it trusts, as they were read last; None: never.
        unread: why the newest poll could not read them; empty: it could, or was not asked to.
    """

    controller: str
    platform: Platform
    seen_at: datetime
    release: str | None = None
    hardware: str | None = None
    patches: tuple[str, ...] | None = None
    certificates: tuple[Certificate, ...] | None = None
    unread: str = ""


def note_of(view: ControllerView, before: BoxNote | None) -> BoxNote:
    """A poll as a note; what it did not read is as it was known before.

    Another release makes what was known of patches void.
    """
    made = BoxNote(
        controller=view.controller,
        platform=view.platform,
        seen_at=view.read_at,
        release=view.release,
        hardware=view.hardware,
        patches=view.install.patches if view.install else None,
        certificates=view.certificates,
        unread=view.unknown.get(Topic.CERTIFICATES, ""),
    )
    if before is None:
        return made
    same = before.release == made.release
    return replace(
        made,
        release=made.release or before.release,
        hardware=made.hardware or before.hardware,
        patches=before.patches if made.patches is None and same else made.patches,
        certificates=before.certificates if made.certificates is None else made.certificates,
    )
