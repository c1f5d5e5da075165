"""Messages to people, by Apprise: mail and the chats that it knows.

An address of Apprise holds the secrets of its service. It is resolved for one message and dropped;
what Apprise and its libraries say of it goes nowhere, for they say tokens and recipients: of their
words only the number of an HTTP answer is kept. Services that act on this very host (a desktop's
notifications, D-Bus, its syslog) are refused: nobody looks there.
"""

import logging
import re
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import apprise

from service.domain.notices.damping import Message
from service.domain.notices.rules import Severity
from service.errors import InvalidInput
from service.ports.secrets import Secrets
from service.ports.webhooks import Receipt

EXPECTED = (
    "an address of Apprise such as mailtos://USER:PASSWORD@mail.example.net?to=noc@example.net"
)
HERE_ONLY = frozenset(
    {"dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
    | {"blink1", "growl"}
)
"""Services on this host, by the beginning of their addresses."""
_TYPES = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.CRITICAL: apprise.NotifyType.FAILURE,
}
_ANSWER = re.compile(r"error=([1-5][0-9]{2})\b")
APPRISE_LOG = "apprise"


class _Answers(logging.Handler):
    """Hears Apprise's warnings, and keeps the number of an HTTP answer, for each thread."""

    heard: ClassVar[threading.local] = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        found = _ANSWER.search(record.getMessage())
        if found is not None:
            self.heard.status = int(found[1])


@cache
def prepare() -> None:
    """Nothing that Apprise says is logged anywhere; its services are loaded.

    One of them imports what Python 3.11 calls deprecated, which is no business of whoever asks for
    another one.
    """
    log = logging.getLogger(APPRISE_LOG)
    log.handlers[:] = [_Answers()]
    log.propagate = False
    log.setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise.instantiate("json://localhost")


@dataclass(frozen=True, slots=True)
class AppriseAnnouncer:
    """The announcer port."""

    secrets: Secrets

    def check(self, reference: str) -> str:
        """What kind of service it is."""
        return str(self._service(reference).service_name)

    def say(self, reference: str, message: Message) -> Receipt:
        """Send one message, once."""
        _Answers.heard.status = None
        try:
            service = self._service(reference)
            taken = service.notify(
                body=message.text,
                title=message.title,
                notify_type=_TYPES[message.severity],
                body_format=apprise.NotifyFormat.TEXT,
            )
        except InvalidInput as err:
            return Receipt(None, str(err))
        except Exception as err:  # noqa: BLE001 - a plugin of a hundred, whose words hold secrets
            return Receipt(None, f"it could not be sent ({type(err).__name__})")
        if taken:
            return Receipt(200)
        status = _Answers.heard.status
        said = "no answer, or a refusal" if status is None else f"HTTP {status}"
        name = service.service_name
        return Receipt(status, f"{name} did not take it: {said}")

    def _service(self, reference: str) -> apprise.NotifyBase:
        prepare()
        address = self.secrets.resolve(reference)
        scheme = address.partition(":")[0].lower()
        if {scheme, scheme.removesuffix("s")} & HERE_ONLY:
            raise InvalidInput("found a service of this host", where=reference, expected=EXPECTED)
        asset = apprise.AppriseAsset(app_id="aprejoin", app_desc="aprejoin", app_url="")
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if not isinstance(service, apprise.NotifyBase):
            raise InvalidInput("found another form (not shown)", where=reference, expected=EXPECTED)
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
        return service
