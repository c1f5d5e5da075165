"""The operations of Cisco-IOS-XE-install-rpc. All a reply says is that the request was accepted."""

from lxml import etree

from service.lab.box.install_scripts import Command, Request
from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.context import Perform, Server, text_of_in
from service.lab.netconf.sessions import Session
from service.lab.yang.paths import Element

INSTALL_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-install-rpc"
ROLLBACKS = {
    "base": "base",
    "commited": "committed",  # sic: Cisco's spelling
    "rollback-id": "id",
    "rollback-label": "label",
}
NOT_SIMULATED = ("issu", "xfsu", "reloadfast", "scheduled-start", "smuid", "name")


def _perform(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    now = server.box.advance()
    server.box.installer.request(now, _request(request))
    return messages.ok(rpc)


def _request(given: Element) -> Request:
    def word(name: str) -> str:
        return text_of_in(given, INSTALL_RPC, name)

    for name in NOT_SIMULATED:
        if word(name) not in {"", "false"}:
            text = f"{name} is not simulated by the lab"
            raise RpcRefusedError("operation-not-supported", text)
    minutes = word("auto-abort-timer-val")
    return Request(
        Command(str(etree.QName(given).localname)),
        word("uuid"),
        path=word("path"),
        version=word("version"),
        inactive=word("inactive") == "true",
        one_shot=word("one-shot") == "true",
        timer_min=int(minutes) if minutes else None,
        rollback=next((kind for name, kind in ROLLBACKS.items() if word(name)), ""),
    )


INSTALLING: dict[str, Perform] = {
    f"{{{INSTALL_RPC}}}{command.value}": _perform
    for command in Command
    if command is not Command.DOWNLOAD
}
