"""Cisco-IOS-XE-rpc: copy and delete of files, and reload.

`copy` answers when the file is there. Source: facts section 11; bforejt/nautobot-upgrades (17.15,
17.18): a copy of more than 600 s is ended by the management plane. Unverified: every text but that
of a file that can't be opened.
"""

import asyncio

from lxml import etree

from service.lab.box.copying import Copying
from service.lab.box.flash import name_in
from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.context import Later, Perform, Server, not_simulated, text_of_in
from service.lab.netconf.messages import nsmap
from service.lab.netconf.sessions import Session
from service.lab.transfer import TransferError, source_of
from service.lab.yang.paths import Element

CISCO_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-rpc"
REPLY_S = 0.2  # so long after the reply a reload begins


def _copy(server: Server, session: Session, rpc: Element, request: Element) -> Element | Later:
    taken = text_of_in(request, CISCO_RPC, "source-drop-node-name")
    put = text_of_in(request, CISCO_RPC, "destination-drop-node-name")
    if (taken, put) == ("running-config", "startup-config"):
        server.box.save(server.box.advance(), f"session {session.number}")
        return _result(rpc, "copied")
    name = name_in(put) if put.startswith(("bootflash:", "flash:")) else None
    source = source_of(taken, trusts_any=server.box.spec.quirks.trusts_any_https)
    if name is None or source is None:
        raise not_simulated(request)
    if name in server.copies:
        raise _failed(f"%Error opening bootflash:{name} (File in use)")
    server.copies.add(name)
    box, trouble = server.box, server.trouble
    box.log.add(box.advance(), "copy", f"{name} begins", url=source.shown)
    work = Copying(box.flash, source, name, box.spec.timings.copy_s, server.touched, trouble)
    return Later(_fetched(server, rpc, work))


async def _fetched(server: Server, rpc: Element, work: Copying) -> Element:
    box, name = server.box, work.name
    try:
        file = await asyncio.wait_for(work.run(), box.spec.quirks.copy_limit_s)
    except TransferError as err:
        raise _failed(str(err)) from err
    except TimeoutError as err:
        raise _failed("application timeout") from err
    finally:
        server.copies.discard(name)
        box.log.add(box.advance(), "copy", f"{name} ends")
    return _result(rpc, f"{file.size} bytes copied")


def _failed(text: str) -> RpcRefusedError:
    return RpcRefusedError("operation-failed", text)


def _delete(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    path = text_of_in(request, CISCO_RPC, "filename-drop-node-name")
    file = server.box.flash.find(path)
    if file is None:
        raise _failed(f"%Error deleting {path} (No such file or directory)")
    server.box.flash.delete(file.name)
    server.box.log.add(server.box.advance(), "delete", file.name)
    return _result(rpc, "deleted")


def _reload(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    """An unsaved change stops it unless it is forced, as the model's own text has it."""
    box, now = server.box, server.box.advance()
    if box.unsaved and text_of_in(request, CISCO_RPC, "force") != "true":
        raise _failed("System configuration has been modified")
    why = text_of_in(request, CISCO_RPC, "reason") or "Reload Command"
    box.agenda.add(now + REPLY_S, lambda at: box.reload(at, why))
    return _result(rpc, "reload")


def _result(rpc: Element, text: str) -> Element:
    root = messages.reply(rpc)
    etree.SubElement(root, f"{{{CISCO_RPC}}}result", nsmap=nsmap(CISCO_RPC)).text = text
    return root


FILES: dict[str, Perform] = {
    f"{{{CISCO_RPC}}}copy": _copy,
    f"{{{CISCO_RPC}}}delete": _delete,
    f"{{{CISCO_RPC}}}reload": _reload,
}
