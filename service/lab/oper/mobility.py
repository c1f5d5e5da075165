"""mobility-oper: the other controllers of the mobility group, and whether their tunnels are up.

Published model, no capture: that a controller doesn't list itself here is unverified.
"""

from collections.abc import Mapping

from service.lab.box.box import Box
from service.lab.oper.build import Value
from service.lab.specs import Peer

DOWN = "ctrl-data-path-down"


def mobility_oper(box: Box) -> Mapping[str, Value]:
    """Content of mobility-oper-data."""
    return {
        "mobility-node-data": [
            {
                "node-ip": peer.address,
                "ulink-status": _status(box, peer),
                "group-name": "default",
            }
            for peer in box.spec.mobility
        ]
    }


def _status(box: Box, peer: Peer) -> str:
    begun_with, _ = box.initial_software
    return peer.status if peer.survives or box.software.running == begun_with else DOWN
