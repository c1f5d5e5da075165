"""Where the inventory says that tickets go to a desk by signed calls, and how these look."""

import ipaddress
from collections.abc import Callable
from pathlib import Path

from service.config.inventory_values import choice, secret, short, text
from service.config.ticket_mapping import mapping_file
from service.config.yaml_places import Section, YamlValue
from service.domain.inventory import Credentials, Hook, IncidentRule, Itsm
from service.domain.targets import target_of
from service.domain.ticket_mapping import own_form
from service.errors import InvalidInput

WEBHOOK = "webhook"
KEYS = (
    "kind",
    "url",
    "key",
    "secret",
    "their_key",
    "their_secret",
    "mapping",
    "ca",
    "incidents",
)
INCIDENTS: tuple[IncidentRule, ...] = ("none", "suspected", "probable", "confirmed")


def kind_of(value: YamlValue) -> str | None:
    """Which kind the key `itsm` says that it is, whatever else is wrong with it."""
    kind = Section(value).entries.get("kind")
    return None if kind is None else kind.text


def hook_itsm(value: YamlValue, folder: Path) -> Itsm:
    """The key `itsm` of this kind; relative files start in the folder."""
    section = Section(value, KEYS)
    hook = Hook(
        key=section.need("key", short, ""),
        secret=section.need("secret", secret, ""),
        their_key=section.need("their_key", short, ""),
        their_secret=section.need("their_secret", secret, " "),
        mapping=section.get("mapping", mapping_file(folder), own_form()),
    )
    if hook.secret == hook.their_secret:
        expected = "another secret than 'secret', so that no call of ours can be sent back"
        same = section.entries["their_secret"].refuse(expected, found="the same reference")
        section.problems.extend(same.problems)
    found = Itsm(
        kind=WEBHOOK,
        url=section.need("url", _url, ""),
        credentials=Credentials("", ""),
        ca=section.get("ca", file_name(folder), None),
        incidents=section.get("incidents", choice(INCIDENTS), "probable"),
        hook=hook,
    )
    section.settle()
    return found


def _url(value: YamlValue) -> str:
    expected = "https://HOST[:PORT]/PATH, without user and password (http on this host alone)"
    url = text(value)
    try:
        target = target_of(url)
    except InvalidInput:
        raise value.refuse(expected, found="another form (not shown)") from None
    if not (target.is_tls or is_local(target.host)):
        raise value.refuse(expected, found="http to another host (not shown)")
    return url


def is_local(host: str | None) -> bool:
    """Whether a host of a URL is this one, by its own word."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def file_name(folder: Path) -> Callable[[YamlValue], str]:
    """A reader of the name of a file; a relative one starts in the folder."""
    return lambda value: str((folder / Path(text(value)).expanduser()).absolute())
