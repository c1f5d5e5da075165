"""oper-data: which controllers each joined AP is told to join (capture ..._oper_data.json)."""

from collections.abc import Iterator, Mapping

from service.lab.aps.air import NONE, PLACES
from service.lab.box.box import Box
from service.lab.oper.build import Value, Want

NO_ADDRESS = "0.0.0.0"  # noqa: S104  # how "none" is shown


def ap_homes(box: Box, want: Want) -> Iterator[Mapping[str, Value]]:
    """One row for each AP with a session; that one which downloads has a row is unverified."""
    for state in box.aps.states.values():
        if not state.present or want.excludes("wtp-mac", state.spec.mac):
            continue
        told = {place: state.homes.get(place, NONE) for place in PLACES}
        names = {f"{place}-controller-name": home[0] for place, home in told.items()}
        addresses = {
            f"{place}-controller-ip-addr": home[1] or NO_ADDRESS for place, home in told.items()
        }
        yield {
            "wtp-mac": state.spec.mac,
            "ap-prime-info": {
                **names,
                **addresses,
                "ap-fallback-ip": NO_ADDRESS,
                "fallback-enabled": bool(state.spec.options.get("fallback", True)),
            },
        }
