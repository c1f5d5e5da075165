"""access-point-oper's cdp-cache-data and lldp-neigh: the switch port that each AP has told of.

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


def lldp_neighbours(box: Box) -> Iterator[Mapping[str, Value]]:
    """The same switches by LLDP, which shortens the names of their ports."""
    for number, state in enumerate(box.aps.states.values()):
        switch = number // PORTS + 1
        yield {
            "wtp-mac": state.spec.mac,
            "neigh-mac": f"02:00:5e:00:{switch:02x}:{number % PORTS + 1:02x}",
            "port-id": f"Gi1/0/{number % PORTS + 1}",
            "local-port": "0",
            "system-name": f"access-{switch}.example",
        }
