"""How often the box asks its NTP servers: captured and compared, never written by itself.

Nothing of ours names it; but a box may forget it with its last server (unverified), or somebody may
have changed it meanwhile. Either way a person decides.
"""

from collections.abc import Iterator

from service.domain.observation import ControllerView
from service.domain.remediation import Run
from service.domain.steps.restore_ntp import ntp_touched


def interval_differences(run: Run, view: ControllerView) -> Iterator[tuple[str, str]]:
    """That the interval is another than captured, and the line that sets it; else nothing."""
    before, now = run.charter.ntp.polling_s, view.ntp.polling_s if view.ntp else None
    if before is None or now is None or before == now or not ntp_touched(run):
        return
    by_hand = run.charter.by_hand
    line = by_hand.poll_ntp.format(seconds=before) or by_hand.look_at_ntp
    yield f"NTP polling interval: {before} s before, {now} s now", f"{line}   ! as captured"
