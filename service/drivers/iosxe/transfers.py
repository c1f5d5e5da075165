"""Files that a controller fetches: an RPC that answers only when the file is there.

That takes minutes, and whoever mends a controller must not be deaf meanwhile. So it goes over a
session of its own, which waits in a thread of this process; the answer counts only if it comes at
once. What became of it is seen where the file has to appear. If this process ends, its session
does, and the controller may stop fetching: whoever follows sees a file that does not grow.

IOS XE ends an RPC that does not answer within about ten minutes (measured by others, on 17.15 and
17.18, over RESTCONF: bforejt/nautobot-upgrades, docs/internals.md); the file is then cut short.
"""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from threading import Thread

from lxml import etree

from service.drivers.links.netconf import NetconfLink
from service.errors import AprejoinError

LONGEST_S = 3600.0


def begin(
    open_link: Callable[[], NetconfLink], operation: etree._Element, *, answer_within_s: float
) -> etree._Element | None:
    """Send an operation over a session of its own.

    Returns:
        the reply, or None where it is under way still.

    Raises:
        What opening a link and performing an operation raise, if that comes within the time.
    """
    answer: Future[etree._Element] = Future()
    Thread(target=_wait, args=(open_link, operation, answer), daemon=True).start()
    try:
        return answer.result(timeout=answer_within_s)
    except NotYetError:
        return None


def _wait(
    open_link: Callable[[], NetconfLink], operation: etree._Element, answer: Future[etree._Element]
) -> None:
    try:
        link = open_link()
    except AprejoinError as err:
        answer.set_exception(err)
        return
    try:
        answer.set_result(link.perform(operation, timeout_s=LONGEST_S))
    except AprejoinError as err:
        answer.set_exception(err)
    finally:
        link.close()
