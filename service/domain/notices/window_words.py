"""A window of false time in words: where it stands, what ends it, and what a person does."""

from collections.abc import Mapping

from service.domain.notices.plain import plain
from service.domain.webhooks import EventKind

MINUTE_S = 60.0


def told_of_window(
    kind: EventKind, controller: str, about: Mapping[str, object]
) -> tuple[str, list[str], str]:
    """The title's end, further lines, and what happens next.

    Args:
        kind: one of a window.
        controller: its name.
        about: the window, as the event has it; what is missing is left out.
    """
    what = plain(about.get("issue") or "a remediation")
    lasts, longest = _minutes(about, "lasts_s"), _minutes(about, "longest_s")
    look = f"A person looks now: aprejoin runs; if nothing moves: aprejoin restore {controller}"
    match kind:
        case EventKind.WINDOW_OVERDUE:
            title = f"IN FALSE TIME FOR {lasts}, planned for {longest} at most"
            return title, [f"For: {what}", *_ends(about)], look
        case EventKind.WINDOW_ENDING:
            return f"IN FALSE TIME, {_trouble(about)}", [f"For: {what}", *_ends(about)], look
        case EventKind.WINDOW_CLOSED:
            lines = [f"False for: {_minutes(about, 'lasted_s')}"]
            return f"shows true time again, after {what}", lines, "The way home goes on."
        case _:
            is_sure = about.get("is_proven") is not False
            title = f"shows a false date for {what}" if is_sure else f"may be in false time: {what}"
            return (
                title,
                _ends(about),
                f"The clock goes home by itself, as planned within {longest}.",
            )


def _trouble(about: Mapping[str, object]) -> str:
    """Which guard is near its end."""
    if about.get("home_at") is not None:
        return "and nobody renews its dead-man's switch"
    return "and too few hosts guard it"


def _ends(about: Mapping[str, object]) -> list[str]:
    """What sets true time if nobody of ours does."""
    lines = [f"Shows: {plain(about.get('shown'))}"] if about.get("shown") else []
    if about.get("is_proven") is False:
        lines.append("Not proven: the controller's answer was lost")
    if about.get("home_at"):
        lines.append(f"Its own switch sets true time at {plain(about.get('home_at'))}")
    elif about.get("guardians"):
        guarding, wanted = plain(about.get("guarding", "?")), plain(about.get("guardians"))
        lines.append(f"Hosts that guard it: {guarding} of {wanted}")
    return lines


def _minutes(about: Mapping[str, object], name: str) -> str:
    found = about.get(name)
    if not isinstance(found, int | float):
        return "a time that is not known"
    return f"{found / MINUTE_S:.0f} min"
