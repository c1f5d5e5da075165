"""Messages as they come in: whole where they are short, handed on piece by piece where asked for.

A reply of thousands of rows need not be held as text, decoded again and parsed whole: whoever asks
may pass a `Taker` along, which is given the text as it arrives and leaves the reply without what it
has taken. Every other message is collected. ncclient sees whole messages in either case.
"""

import codecs
from collections.abc import Callable
from typing import Protocol

from lxml import etree
from ncclient.transport.errors import NetconfFramingError

from service.drivers.links.netconf_framing import Deframer, FramingError

NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
REPLY = f"{{{NC}}}rpc-reply"
SLICE = 4096
WAKE = b"there is something to be sent"
"""Stands for what was read where nothing was: ncclient takes an empty reading for the end."""


class Taker(Protocol):
    """Takes what it knows out of one reply. Called in the session's thread."""

    def feed(self, text: str) -> None:
        """The next piece of the reply; raises XMLSyntaxError where it is no XML."""

    def close(self) -> etree._Element:
        """The reply ends here: its element, without what was taken out; errors as `feed`."""


class Message:
    """One message being received.

    Attributes:
        tag: its first element; None: it has not come yet.
    """

    def __init__(self, taker: Callable[[], Taker | None]) -> None:
        self.tag: str | None = None
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._head = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True)
        self._find_taker = taker
        self._taker: Taker | None = None
        self._texts: list[str] = []

    def add(self, piece: bytes, *, last: bool = False) -> None:
        """The next piece.

        Raises:
            NetconfFramingError: it brings a document type along.
            XMLSyntaxError: it is no XML.
        """
        text = self._decode(piece, last)
        if self._taker is not None:
            self._taker.feed(text)
            return
        self._texts.append(text if self._texts else text.lstrip())
        if not self._texts[0]:
            self._texts.clear()  # blanks alone are no beginning
        elif self.tag is None:
            self._look_at(self._texts[-1])

    def end(self) -> str | None:
        """The whole message, without what was taken out of it; None: there is none, blanks alone.

        Raises:
            NetconfFramingError: it has no element.
            XMLSyntaxError: it is no XML.
        """
        self.add(b"", last=True)
        if self._taker is not None:
            return etree.tostring(self._taker.close(), encoding="unicode")
        if self._texts and self.tag is None:
            self._head.close()
            raise NetconfFramingError("the message has no element")
        return "".join(self._texts).rstrip() or None

    def _look_at(self, text: str) -> None:
        """Look for the first element, and whether somebody takes the reply as it comes."""
        for start in range(0, len(text), SLICE):
            self._head.feed(text[start : start + SLICE].encode())
            for _, found in self._head.read_events():
                if isinstance(found, etree._Element):  # noqa: SLF001  # lxml's only name for it
                    self._begin(found)
                    return

    def _begin(self, root: etree._Element) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise NetconfFramingError("the message has a document type, which NETCONF forbids")
        self.tag = str(root.tag)
        self._taker = self._find_taker() if self.tag == REPLY else None
        if self._taker is not None:
            self._taker.feed("".join(self._texts))
            self._texts.clear()


class Incoming:
    """What a session receives: ncclient's parser, but for what it does.

    Args:
        taker: who takes the reply that is waited for as it comes, if anybody.
        take: is given each whole message, with the tag of its first element.
    """

    def __init__(self, taker: Callable[[], Taker | None], take: Callable[[str, str], None]) -> None:
        self.deframer = Deframer()
        self._taker = taker
        self._take = take
        self._message = Message(taker)

    def parse(self, data: bytes) -> None:
        """Take what was read.

        Raises:
            NetconfFramingError: it is not framed as it should be, or holds no XML.
        """
        if data is WAKE:
            return
        try:
            for piece in self.deframer.feed(data):
                if piece:
                    self._message.add(piece)
                else:
                    self._whole()
        except FramingError as err:
            raise NetconfFramingError(str(err)) from err
        except etree.XMLSyntaxError as err:
            raise NetconfFramingError(f"the message is not XML: {err}") from err

    def _whole(self) -> None:
        message, self._message = self._message, Message(self._taker)
        text = message.end()
        if text is not None and message.tag is not None:
            self._take(message.tag, text)
