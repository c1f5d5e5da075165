"""What it costs to judge a million access points of which nearly all serve.

Ten controllers of 6,000, all different, with histories that hold the look, judged together again
and again: objects enough that no cache holds them.
"""

import gc
import time
from dataclasses import replace

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.history import extend_all
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting
from service.usecases.poll import Polled
from service.usecases.sweep import judge
from tests.support.builders import CONTROLLER
from tests.support.cases import NOW, catalogue, downloading, minutes, registered, view
from tests.support.stage import Stage

CONTROLLERS, EACH, STUCK, TURNS = 10, 6_000, 3, 17
APS = CONTROLLERS * EACH * TURNS


def aps(box: int) -> tuple[ApSighting, ...]:
    """What one look saw: fresh values, as a driver makes them."""
    return tuple(
        (downloading if n < STUCK else registered)(
            mac=BaseRadioMac(f"00:00:{box:02x}:{n >> 8:02x}:{n & 255:02x}:00"), name=f"ap-{box}-{n}"
        )
        for n in range(EACH)
    )


def polled(box: int) -> Polled:
    """A controller after two polls, the second of which is judged."""
    name, now = f"hq-{box}", NOW + minutes(30)
    history = extend_all(extend_all({}, aps(box), NOW), aps(box), now)
    looked = replace(view(*aps(box), at=now), controller=name)
    return Polled(replace(CONTROLLER, name=name), looked, history)


def test_a_million_access_points_are_judged(figures):
    fleet = [polled(box) for box in range(CONTROLLERS)]
    context = Stage().process().context
    gc.collect()
    gc.freeze()
    began = time.process_time()
    for _ in range(TURNS):
        for one in fleet:
            found = diagnose(one.view, one.histories, catalogue(), DiagnosisContext())
            assert len(found.findings[0].aps) == STUCK
    alone_s = time.process_time() - began
    began = time.process_time()
    for _ in range(TURNS):
        assert sum(len(one.diagnosis.findings[0].aps) for one in judge(context, fleet)) == 30
    swept_s = time.process_time() - began
    gc.unfreeze()
    what = f"{APS:,} APs of which {STUCK / EACH:.2%} download"
    figures(f"{what}: rules, {alone_s / APS * 1e6:.2f} us CPU each", seconds=alone_s)
    figures(f"{what}: as a sweep does, {swept_s / APS * 1e6:.2f} us CPU each", seconds=swept_s)
