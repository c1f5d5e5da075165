"""The way to fixed software for one controller, in words: which steps, and what they meet.

An AP that the join statistics alone know, and that shows no model, may have left years ago: it bars
no way, and is named. Every other AP counts, serving or not: an upgrade must orphan none.
"""

from service.domain.observation import ApState, ControllerView
from service.domain.plan import Situation
from service.domain.releases import Release
from service.domain.upgrade import NoWay, shortest_path
from service.domain.upgrade_ground import Installed
from service.domain.upgrade_words import told

BUNDLE = "install-boot-mode-bundle"


def way_by_hand(situation: Situation) -> str:
    """What a person would install, in which order, with what to mind; or why there is nothing."""
    return "; ".join(_sentences(situation))


def installed(situation: Situation) -> Installed | None:
    """What runs, and for which APs; None where the release is not known."""
    view = situation.view
    release = _release(view)
    if release is None:
        return None
    present = {ap.model for ap in view.aps or () if not _is_a_memory(ap.state, ap.model)}
    return Installed(
        platform=view.platform,
        release=release,
        patches=view.install.patches if view.install else (),
        models=frozenset(present | {ap.model for ap in situation.finding.aps}),
        hardware=view.hardware,
    )


def _sentences(situation: Situation) -> list[str]:
    start, view = installed(situation), situation.view
    if start is None:
        return [f"no path can be told: the release reads {view.release!r}"]
    way = shortest_path(situation.software, situation.issue, start)
    sentences = [told(way, start.platform)]
    if isinstance(way, NoWay):
        return sentences
    if any(step.patch for step in way.steps) and view.install and view.install.boot_mode == BUNDLE:
        sentences.append("it runs in bundle mode, which takes no APSP: bring it to install mode")
    memories = sum(_is_a_memory(ap.state, ap.model) for ap in view.aps or ())
    if memories:
        sentences.append(
            f"{memories} AP(s) that the join statistics alone know show no model: none of them may "
            "be one that the new release leaves behind"
        )
    return sentences


def _release(view: ControllerView) -> Release | None:
    try:
        return Release.parse(view.release or "")
    except ValueError:
        return None


def _is_a_memory(state: ApState, model: str | None) -> bool:
    return state is ApState.NOT_JOINED and model is None
