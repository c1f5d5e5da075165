"""Sends one session what it subscribed to, beside the replies to its requests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from service.lab.netconf import pushing, reading
from service.lab.netconf.host import BoxHost
from service.lab.netconf.pushing import Push
from service.lab.netconf.sessions import Session
from service.lab.yang.paths import Element

LOOKS_EVERY_S = 0.1
SHARE = 10  # looking takes a tenth of the time at most, however many APs there are


class Publisher:
    """Looks at the box every now and then: a client is told within that time."""

    def __init__(
        self, host: BoxHost, session: Session, send: Callable[[Element], Awaitable[None]]
    ) -> None:
        self._host, self._session, self._send = host, session, send
        known = host.box.schema.notifications[f"{{{pushing.YP}}}push-update"]
        self._form = "xml" if known.named("datastore-contents-xml") else "string"

    async def run(self) -> None:
        """Until it is cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            for push in list(self._session.pushes.values()):
                for event in self._events(push):
                    at = self._host.box.clock.utc(self._host.box.advance())
                    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-4] + "Z"
                    await self._send(pushing.notification(event, stamp))
            await asyncio.sleep(max(LOOKS_EVERY_S, SHARE * (clock() - began)))

    def _events(self, push: Push) -> Iterator[Element]:
        now = self._host.box.advance()
        if push.ends:
            del self._session.pushes[push.number]
            yield pushing.terminated(push.number, push.ends)
            return
        if push.period_s is not None:
            if now >= push.due:
                push.due = now + push.period_s
                yield self._whole(push, self._read(push))
            return
        yield from self._change(push)

    def _whole(self, push: Push, tops: list[Element]) -> Element:
        return pushing.whole(push.number, tops, name=f"datastore-contents-{self._form}")

    def _change(self, push: Push) -> Iterator[Element]:
        tops = self._read(push)
        found = pushing.entries(self._host.box.schema, tops)
        before, push.sent = push.sent, pushing.texts(found)
        if before is None:  # on change begins with all of it
            yield self._whole(push, tops)
        elif edits := pushing.changed(before, found):
            yield pushing.patch(push.number, edits, name=f"datastore-changes-{self._form}")

    def _read(self, push: Push) -> list[Element]:
        return reading.selected(self._host.box, self._host.sessions, push.filter)
