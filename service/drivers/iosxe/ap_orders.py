"""Orders to single access points, as RPCs.

An AP is named by its base radio MAC, as for a reset: names with blanks or slashes are not found by
some releases (FACTS, section 2). Which of its two MACs the RPC takes is unverified.
"""

from lxml import etree

from service.domain.ap_homes import Place
from service.domain.changes import SetApHome
from service.domain.releases import Release
from service.drivers.iosxe.documents import default_namespace
from service.drivers.paths import Contract

SET, CLEAR = "controller-name-enable", "controller-name-disable"
INDEX = {place: f"index-{place}" for place in Place}


def set_ap_home(contract: Contract, release: Release, change: SetApHome) -> etree._Element:
    """Tells one AP a controller, or takes one away; to take it away it is named, too.

    Raises:
        ValueError: this release takes no controller without name or address.
    """
    rpc = contract.rpcs["set-ap-home"]
    named = change.home if change.home.is_set else change.before
    whole = rpc.whole_until is not None and release.train <= Release.parse(rpc.whole_until).train
    if whole and not (named.name and named.address):
        raise ValueError(
            f"release {release} tells AP {change.ap or change.mac} no controller without its name "
            f"and its address: {named.label}"
        )
    values = {
        "mode": SET if change.home.is_set else CLEAR,
        "controller": named.name,
        "index": INDEX[change.place],
        "address": named.address,
        "mac": str(change.mac),
    }
    ((namespace, name),) = contract.steps(rpc.path)
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=default_namespace(namespace))
    for key, leaf in rpc.input.items():
        if values[key]:
            etree.SubElement(root, f"{{{namespace}}}{leaf}").text = values[key]
    return root
