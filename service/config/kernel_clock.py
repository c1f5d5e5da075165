"""Whether the kernel says that this host's clock is disciplined (by chrony, ntpd, timesyncd, PTP).

Asked with adjtimex(2) in its read-only mode, so nothing is changed and no privilege is needed. The
flag says that a daemon steers the clock, not that the daemon is right: a host clock vouches only
together with a second source of true time.
"""

import ctypes
import sys

from service.domain.instants import TimeSource

TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
STA_UNSYNC = 0x0040
MOST_UNCERTAIN_S = 1.0
"""The kernel widens its own estimate by 500 ppm without news; more than this would make the
agreement of two sources meaningless, so no more is claimed."""

_LONG, _INT = ctypes.c_long, ctypes.c_int
_MICROSECONDS = 1e6


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), 64-bit Linux."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", _LONG),
        ("freq", _LONG),
        ("maxerror", _LONG),
        ("esterror", _LONG),
        ("status", _INT),
        ("constant", _LONG),
        ("precision", _LONG),
        ("tolerance", _LONG),
        ("time", _LONG * 2),
        ("tick", _LONG),
        ("ppsfreq", _LONG),
        ("jitter", _LONG),
        ("shift", _INT),
        ("stabil", _LONG),
        ("jitcnt", _LONG),
        ("calcnt", _LONG),
        ("errcnt", _LONG),
        ("stbcnt", _LONG),
        ("tai", _INT),
        ("reserved", _INT * 11),
    )


def kernel_time_source() -> TimeSource | None:
    """The host's clock as a source of true time, or None where nothing disciplines it."""
    if sys.platform != "linux":
        return None  # unverified elsewhere, so nobody vouches
    timex = _Timex()
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:
        return None
    return judged(adjtimex(ctypes.byref(timex)), timex.status, timex.maxerror)


def judged(state: int, status: int, maxerror_us: int) -> TimeSource | None:
    """What the kernel's answer is worth; None unless it says plainly that the clock is in sync."""
    if state < 0 or state >= TIME_ERROR or status & STA_UNSYNC:
        return None
    uncertainty_s = min(maxerror_us / _MICROSECONDS, MOST_UNCERTAIN_S)
    return TimeSource("host clock (disciplined)", 0.0, uncertainty_s)
