"""Cisco-IOS-XE-xcopy-rpc: a copy that the installer does by itself, and lists by its uuid.

Source: bforejt/nautobot-upgrades, docs/internals.md (17.15, 17.18): the answer comes at once; the
operation ends in the list like any other; without a timeout it fails at once, and so it does for a
server with a port of its own and for a destination that is more than a file name; the timeout, in
minutes by the model, is taken for seconds. Whether 17.6, which lists nothing, does the same is
unverified.
"""

import asyncio
import uuid
from urllib.parse import quote, urlsplit

from lxml import etree

from service.lab.box.copying import Copying
from service.lab.box.install_operation import Operation
from service.lab.box.install_scripts import Command, Request
from service.lab.netconf import messages
from service.lab.netconf.context import Perform, Server, text_of_in
from service.lab.netconf.messages import nsmap
from service.lab.netconf.sessions import Session
from service.lab.transfer import Source, TransferError, source_of
from service.lab.yang.paths import Element

XCOPY = "http://cisco.com/ns/yang/Cisco-IOS-XE-xcopy-rpc"


def _xcopy(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    box, now = server.box, server.box.advance()
    name = text_of_in(request, XCOPY, "destination-path")
    wanted = Request(
        Command.DOWNLOAD, text_of_in(request, XCOPY, "uuid") or str(uuid.uuid4()), path=name
    )
    op = box.installer.download(now, wanted)
    if op is not None:
        _begin(server, op, request)
    root = messages.reply(rpc)
    etree.SubElement(root, f"{{{XCOPY}}}uuid", nsmap=nsmap(XCOPY)).text = wanted.uuid
    return root


def _begin(server: Server, op: Operation, request: Element) -> None:
    source, limit_s = _source(server, request), _limit_s(server, request)
    if source is None or limit_s is None or "/" in op.request.path or ":" in op.request.path:
        server.box.installer.downloaded(server.box.advance(), op, ok=False)
        return
    timings, trouble = server.box.spec.timings, server.trouble
    work = Copying(
        server.box.flash, source, op.request.path, timings.copy_s, server.touched, trouble
    )
    running = asyncio.ensure_future(_run(server, op, work, limit_s))
    server.under_way.add(running)
    running.add_done_callback(server.under_way.discard)


async def _run(server: Server, op: Operation, work: Copying, limit_s: float) -> None:
    ok = False
    try:
        await asyncio.wait_for(work.run(), limit_s)
        ok = True
    except (TransferError, TimeoutError) as err:
        server.box.log.add(server.box.advance(), "copy", f"{work.name} fails", why=str(err))
    finally:
        server.box.installer.downloaded(server.box.advance(), op, ok=ok)
        server.touched()


def _source(server: Server, request: Element) -> Source | None:
    """Where the file comes from; None: a way that this kind of copy doesn't know."""
    quirks = server.box.spec.quirks
    parts = urlsplit(text_of_in(request, XCOPY, "source-path"))
    if parts.port is not None and quirks.xcopy_ports == "refuse":
        return None
    if user := text_of_in(request, XCOPY, "username"):
        password = quote(text_of_in(request, XCOPY, "password"), safe="")
        place = parts.netloc.rpartition("@")[2]
        parts = parts._replace(netloc=f"{quote(user, safe='')}:{password}@{place}")
    return source_of(parts.geturl(), trusts_any=quirks.trusts_any_https)


def _limit_s(server: Server, request: Element) -> float | None:
    """Seconds until the copy is given up; None: it is given up at once."""
    known = server.box.schema.rpcs[f"{{{XCOPY}}}xcopy"].named("input")
    if known is None or known.named("timeout") is None:
        return float("inf")
    given = text_of_in(request, XCOPY, "timeout")
    return float(given) if given and int(given) else None


COPIES: dict[str, Perform] = {f"{{{XCOPY}}}xcopy": _xcopy}
