"""<get> and <get-config>: which state is built, and what a filter leaves of it."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from service.lab.box.box import Box
from service.lab.errors import NC, RpcRefusedError, bad_element
from service.lab.netconf.capabilities import modules_state, yang_library
from service.lab.netconf.monitoring import netconf_state
from service.lab.netconf.sessions import Sessions
from service.lab.oper.build import ALL, Want, grow, wanted
from service.lab.oper.capwap import access_points
from service.lab.oper.hardware import device_hardware, openconfig_system
from service.lab.oper.install import install_oper
from service.lab.oper.join_stats import ap_global
from service.lab.oper.load import cpu_usage
from service.lab.oper.mobility import mobility_oper
from service.lab.oper.ntp import ntp_oper
from service.lab.oper.pki import pki_oper
from service.lab.yang import judge, subtree, xpath
from service.lab.yang.paths import Element, elements

Builder = Callable[[Box, Want, float], Mapping[str, Any]]
STATE: dict[tuple[str, str], Builder] = {
    ("Cisco-IOS-XE-device-hardware-oper", "device-hardware-data"): lambda b, _, now: (
        device_hardware(b, now)
    ),
    ("Cisco-IOS-XE-ntp-oper", "ntp-oper-data"): lambda b, _, now: ntp_oper(b, now),
    ("Cisco-IOS-XE-crypto-pki-oper", "crypto-pki-oper-data"): lambda b, _, now: pki_oper(b, now),
    ("Cisco-IOS-XE-install-oper", "install-oper-data"): lambda b, _, now: install_oper(b, now),
    ("Cisco-IOS-XE-wireless-access-point-oper", "access-point-oper-data"): access_points,
    ("Cisco-IOS-XE-wireless-ap-global-oper", "ap-global-oper-data"): lambda b, want, _: ap_global(
        b, want
    ),
    ("Cisco-IOS-XE-wireless-mobility-oper", "mobility-oper-data"): lambda b, _, __: mobility_oper(
        b
    ),
    ("Cisco-IOS-XE-process-cpu-oper", "cpu-usage"): lambda b, _, now: cpu_usage(b, now),
    ("openconfig-system", "system"): lambda b, _, now: openconfig_system(b, now),
    ("ietf-yang-library", "yang-library"): lambda b, _, __: yang_library(b.schema),
    ("ietf-yang-library", "modules-state"): lambda b, _, __: modules_state(b.schema),
}


def read(
    box: Box, sessions: Sessions, request: Element, *, source: str, state: bool
) -> list[Element]:
    """The top-level elements of the reply.

    Raises:
        RpcRefusedError: the filter is wrong, or the datastore isn't offered.
    """
    config = box.stores.tree(source)
    filter_ = request.find(f"{{{NC}}}filter")
    if filter_ is None:
        tops = _everything(box, sessions, config, state=state)
        return [top for top in tops if len(top)]
    kind = str(filter_.get("type", "subtree"))
    if kind == "xpath":
        return _by_xpath(box, sessions, config, filter_, state=state)
    if kind != "subtree":
        raise bad_element("bad-attribute", "filter", f'no filter type "{kind}"', type_="rpc")
    return _by_subtree(box, sessions, config, filter_, state=state)


def selected(box: Box, sessions: Sessions, filter_: Element) -> list[Element]:
    """The same by a subtree filter that was judged already."""
    return _by_subtree(box, sessions, box.stores.tree("running"), filter_, state=True)


def check_filter(box: Box, request: Element) -> None:
    """Refuse unknown names in a filter, unless the box is one that just finds nothing.

    Raises:
        RpcRefusedError: unknown element or namespace.
    """
    filter_ = request.find(f"{{{NC}}}filter")
    if filter_ is None or filter_.get("type", "subtree") != "subtree":
        return
    try:
        judge.filtered(box.stores.editor.checker, filter_)
    except RpcRefusedError as err:
        lenient = box.spec.quirks.unknown_filter == "empty"
        if not lenient or err.tag not in {"unknown-element", "unknown-namespace"}:
            raise


def _everything(box: Box, sessions: Sessions, config: Element, *, state: bool) -> list[Element]:
    return _tops(box, sessions, config, dict.fromkeys(box.schema.data, ALL), state=state)


def _by_subtree(
    box: Box, sessions: Sessions, config: Element, filter_: Element, *, state: bool
) -> list[Element]:
    named: dict[str, list[Element]] = {}
    for top in elements(filter_):
        named.setdefault(str(top.tag), []).append(top)
    wants = {name: wanted(group) for name, group in named.items()}
    tops = _tops(box, sessions, config, wants, state=state)
    return subtree.select(box.schema, filter_, tops)


def _by_xpath(
    box: Box, sessions: Sessions, config: Element, filter_: Element, *, state: bool
) -> list[Element]:
    text = str(filter_.get("select", ""))
    if not text:
        raise bad_element("missing-attribute", "filter", "select is missing", type_="rpc")
    prefixes = {prefix: uri for prefix, uri in filter_.nsmap.items() if prefix}
    if box.spec.quirks.unknown_filter == "refuse":
        xpath.refuse_unknown(box.schema, text, prefixes)
    names = xpath.mentioned(box.schema, text, prefixes)
    chosen = box.schema.data.keys() if names is None else names
    tops = _tops(box, sessions, config, dict.fromkeys(chosen, ALL), state=state)
    return xpath.select(box.schema, text, prefixes, tops)


def _tops(
    box: Box, sessions: Sessions, config: Element, wants: Mapping[str, Want], *, state: bool
) -> list[Element]:
    """The asked-for top-level elements: configuration, and state if wanted."""
    configured = {str(top.tag): top for top in elements(config)}
    found: list[Element] = []
    for name, want in wants.items():
        parts = [copy.deepcopy(configured[name])] if name in configured else []
        if state and name in box.schema.data:
            parts += _state(box, sessions, name, want)
        found += parts[:1]
        for more in parts[1:]:
            parts[0].extend(elements(more))
    return found


def _state(box: Box, sessions: Sessions, name: str, want: Want) -> list[Element]:
    node = box.schema.data[name]
    now = box.advance()
    if (node.module.name, node.name) == ("ietf-netconf-monitoring", "netconf-state"):
        return [grow(node, want, netconf_state(box, sessions, now))]
    builder = STATE.get((node.module.name, node.name))
    if builder is None:
        return []
    if node.name in {"access-point-oper-data", "ap-global-oper-data"}:
        box.see_aps()
    made = grow(node, want, builder(box, want, now))
    return [made] if len(made) else []
