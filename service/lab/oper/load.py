"""process-cpu-oper: how busy the processor is, and with what.

Published model; no capture of a C9800 was found.
"""

from collections.abc import Mapping

from service.lab.box.box import Box
from service.lab.oper.build import Value

PROCESSES = ("Chunk Manager", "Load Meter", "Exec", "SSH Process", "NTP")
"""Some names; a real box lists hundreds."""


def cpu_usage(box: Box, now: float) -> Mapping[str, Value]:
    """Content of cpu-usage."""
    percent = box.load.percent(now)
    rows = [{"pid": number, "name": name} for number, name in enumerate(PROCESSES, start=1)]
    return {
        "cpu-utilization": {
            "five-seconds": percent,
            "one-minute": percent,
            "five-minutes": percent,
            "cpu-usage-processes": {"cpu-usage-process": rows},
        }
    }
