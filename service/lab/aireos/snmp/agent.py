"""The agent behind a loopback UDP port: versions 2c and 3, and what may go wrong with it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from service.lab.aireos.host import WlcHost
from service.lab.aireos.snmp import ber, pdu
from service.lab.aireos.snmp.v3 import Engine, Gate
from service.lab.aireos.snmp.view import View

VERSION_2C, VERSION_3 = 1, 3
SNMP_USER = "aprejoin"
Address = tuple[Any, ...]
Send = Callable[[bytes], None]


class Agent(asyncio.DatagramProtocol):
    """Answers datagrams of one box."""

    def __init__(self, host: WlcHost, community: str) -> None:
        self._host = host
        self._box = host.box
        self._community = community.encode()
        self._gate: Gate | None = None
        if (given := host.box.spec.snmp).version == "3":
            mac = host.box.spec.mac
            self._gate = Gate(SNMP_USER, given.auth, given.priv, community, mac)
        self._view = View(host.box)
        self._transport: asyncio.DatagramTransport | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._silent_until = 0.0
        self._halved_until = 0.0
        self._odd_until = 0.0
        self.requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def silent(self, seconds: float) -> None:
        """Answer nothing for a while."""
        self._silent_until = self._box.advance() + seconds

    def well(self) -> None:
        """End what faults do to it over time."""
        self._silent_until = self._halved_until = self._odd_until = 0.0

    def close(self) -> None:
        """Stop listening; answers that are due are dropped."""
        for timer in self._timers:
            timer.cancel()
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """One request."""
        now = self._box.advance()
        away = self._box.away_until is not None
        if away or now < self._silent_until or not self._box.spec.snmp.enabled:
            return
        self.requests += 1
        if self._is_lost():
            return
        self._spoil(now)
        answer = self._answer(now, data)
        self._host.on_touched()
        if answer is not None:
            self._reply(answer, addr)

    def _is_lost(self) -> bool:
        every = self._box.spec.snmp.drop_every
        if every and self.requests % every == 0:
            return True
        return self._host.faults.take("snmp_drop") is not None

    def _spoil(self, now: float) -> None:
        faults = self._host.faults
        if (cut := faults.take("snmp_cut")) is not None:
            self._halved_until = now + cut.seconds
        if (odd := faults.take("snmp_odd_state")) is not None:
            self._odd_until = now + odd.seconds
        is_odd = now < self._odd_until
        if is_odd is not self._view.rows.odd:
            self._view.rows.forget(odd=is_odd)

    def _answer(self, now: float, data: bytes) -> bytes | None:
        try:
            version = ber.Reader(data).inside().integer()
            if self._gate is not None and version == VERSION_3:
                engine = Engine(self._box.engine_boots, int(self._box.up(now).total_seconds()))
                return self._gate.answer(data, engine, lambda request: self.respond(now, request))
            if self._gate is None and version == VERSION_2C:
                return self._answer_2c(now, data)
        except ber.MalformedError:
            pass  # dropped, as every agent does
        return None

    def _answer_2c(self, now: float, data: bytes) -> bytes | None:
        message = ber.Reader(data).inside()
        message.integer()
        if message.want(ber.OCTETS) != self._community:
            return None
        body = self.respond(now, pdu.read(message))
        if body is None:
            return None
        head = ber.integer(VERSION_2C) + ber.octets(self._community)
        return ber.tlv(ber.SEQUENCE, head + body)

    def respond(self, now: float, request: pdu.Pdu) -> bytes | None:
        """The response to a request that is let in."""
        self._view.refresh(now, halved=now < self._halved_until)
        if request.kind != pdu.GET and self._host.faults.take("snmp_loop") is not None:
            request = replace(request, kind=pdu.GET)
        spec = self._box.spec.snmp
        limit = spec.max_varbinds
        if request.kind == pdu.GET_BULK:
            fault = self._host.faults.take("snmp_too_big")
            limit = int(fault.seconds) if fault is not None else limit
        return pdu.answer(self._view, request, pdu.Limits(spec.max_bytes, limit))

    def _reply(self, answer: bytes, addr: Address) -> None:
        slow = self._host.faults.take("snmp_slow")
        wait_s = self._box.spec.snmp.latency_s + (slow.seconds if slow is not None else 0.0)
        if wait_s <= 0:
            self._send(answer, addr)
            return
        timer = asyncio.get_running_loop().call_later(wait_s, self._send, answer, addr)
        self._timers = {t for t in self._timers if not t.cancelled()} | {timer}

    def _send(self, answer: bytes, addr: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(answer, addr)
