"""set-ap-controller: tell an AP which controller it joins. Answers of a real box are unverified."""

from service.lab.aps.air import NONE
from service.lab.aps.state import Phase
from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.context import Server, text_of_in
from service.lab.netconf.sessions import Session
from service.lab.yang.paths import Element

CFG_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cfg-rpc"
NO_ADDRESSES = {"", "0.0.0.0"}  # noqa: S104  # how "none" is told


def set_ap_controller(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    """The order goes to the AP itself, so only to one that is here."""

    def word(name: str) -> str:
        return text_of_in(request, CFG_RPC, name)

    aps, now = server.box.see_aps(), server.box.advance()
    for state in aps.states.values():
        mine = state.spec.name == word("ap-name") or state.spec.mac == word("mac-addr").lower()
        if not state.present or not mine:
            continue
        if server.box.spec.roaming.deaf and state.phase is not Phase.REGISTERED:
            raise RpcRefusedError("operation-failed", "AP is not registered", type="application")
        address = word("ipaddr")
        home = (word("controller-name"), "" if address in NO_ADDRESSES else address)
        is_set = word("mode") == "controller-name-enable"
        aps.tell(state, word("index").removeprefix("index-"), home if is_set else NONE, now)
        return messages.ok(rpc)
    raise RpcRefusedError("invalid-value", "AP not found", type="application")
