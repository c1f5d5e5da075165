"""access-point-oper's cdp-cache-data: the switch port that each AP has told of.

The model says that rows go when CDP is turned off, so one of an AP that reboots stays; unverified.
"""

from collections.abc import Iterator, Mapping

from service.lab.box.box import Box
from service.lab.oper.build import Value

PORTS = 48


def cdp_cache(box: Box) -> Iterator[Mapping[str, Value]]:
    """One row for each AP: the first 48 hang on access-1, and so on."""
    for number, state in enumerate(box.aps.states.values()):
        yield {
            "mac-addr": state.spec.mac,
            "cdp-cache-device-id": f"access-{number // PORTS + 1}.example",
            "ap-name": state.spec.name,
            "cdp-cache-device-port": f"GigabitEthernet1/0/{number % PORTS + 1}",
            "wtp-mac-addr": state.spec.mac,
            "device-index": number,
        }
