"""Findings of what has not happened yet: APs that serve, and would be stuck at their next download.

Nobody is told of these by a sweep. They are what fixed software is planned for where a person asks
for it by name, and no AP is stuck: that is when the field notice wants it installed on AireOS.
"""

from collections.abc import Iterable, Iterator

from service.domain.catalogue import Cause, Fixed, Issue
from service.domain.finding import Confidence, Finding
from service.domain.observation import ApState, ControllerView
from service.domain.releases import Release


def preventive(
    view: ControllerView, issues: Iterable[Issue], *, strategy: str
) -> Iterator[Finding]:
    """One finding without APs for each issue that a strategy would keep from happening."""
    try:
        release = Release.parse(view.release or "")
    except ValueError:
        return
    for issue in issues:
        is_image = issue.cause is Cause.IMAGE_CERTIFICATE and view.platform in issue.platforms
        number = _would_be_hit(view, issue, release) if is_image else 0
        if number and strategy in issue.strategies:
            what = (
                f"{number} registered APs are of models that {issue.name} hits, and {release} "
                "carries no fix: each is stuck at its next download"
            )
            yield Finding(view.controller, issue.name, Confidence.CONFIRMED, evidence=(what,))


def _would_be_hit(view: ControllerView, issue: Issue, release: Release) -> int:
    patches = view.install.patches if view.install else ()
    return sum(
        ap.state is ApState.REGISTERED
        and issue.affects(ap.model) is True
        and issue.fix_in(view.platform, release, patches, ap.model) is Fixed.NO
        for ap in view.aps or ()
    )
