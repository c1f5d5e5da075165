"""When a controller that let go of its subscriptions is subscribed to again.

Soon at first, less and less often while it fails, never all at once: many controllers lose their
sessions together when a network comes back.
"""

from service.errors import AuthenticationRefused, CapabilityMissing, DeviceTaken

FIRST_S, LONGEST_S = 2.0, 300.0
UNABLE_S = 3600.0
"""A controller that takes no subscriptions may after its next upgrade."""
TAKEN_S = 10.0
"""Whoever stands by looks so often whether the other one is still there."""
HELD_S = 60.0
"""A session that stood for so long was a good one: its end counts as the first failure."""


def pause_s(error: Exception, times: int, share: float) -> float | None:
    """How long to wait after so many failures in a row; None: until the inventory says otherwise.

    A login that is refused is not tried again: that locks accounts.

    Args:
        error: the last one.
        times: how many, this one among them.
        share: 0 to 1, by chance: waits are spread over half of their length.
    """
    if isinstance(error, AuthenticationRefused):
        return None
    if isinstance(error, CapabilityMissing):
        return UNABLE_S * (0.5 + share / 2)
    if isinstance(error, DeviceTaken):
        return TAKEN_S * (0.5 + share / 2)
    longest: float = min(LONGEST_S, FIRST_S * 2 ** min(times - 1, 20))
    return longest * (0.5 + share / 2)
