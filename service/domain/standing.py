"""How a controller stands, in one word: the worst that is known of it, for who looks at many."""

from enum import StrEnum

from service.domain.gist import Gist

SKEW_S = 60.0
"""As the catalogue's CLOCK-SKEW has it: NTP keeps a controller within one second."""


class Standing(StrEnum):
    """Worst first."""

    FALSE_TIME = "false-time"
    NEEDS_ATTENTION = "needs-attention"
    UNREACHABLE = "unreachable"
    CLOCK_WRONG = "clock-wrong"
    MENDING = "mending"
    STUCK = "stuck"
    NEVER_SWEPT = "never-swept"
    HEALTHY = "healthy"


def is_clock_wrong(gist: Gist) -> bool:
    """Whether its clock was off when it was read last, by more than NTP ever leaves."""
    return gist.offset_s is not None and abs(gist.offset_s) > SKEW_S


def standing_of(
    gist: Gist | None, *, in_false_time: bool, needs_attention: bool, mending: bool
) -> Standing:
    """One word for one controller; what we do to it right now comes before what a sweep saw."""
    doing = {
        Standing.FALSE_TIME: in_false_time,
        Standing.NEEDS_ATTENTION: needs_attention,
        Standing.UNREACHABLE: gist is not None and gist.reachable is False,
        Standing.CLOCK_WRONG: gist is not None and is_clock_wrong(gist),
        Standing.MENDING: mending,
        Standing.STUCK: gist is not None and bool(gist.stuck or gist.issues),
        Standing.NEVER_SWEPT: gist is None or gist.reachable is None,
    }
    return next((word for word, holds in doing.items() if holds), Standing.HEALTHY)
