"""Where the inventory says which ITSM has the tickets. Its address is https, or on this host."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from service.config.inventory_hook import (
    INCIDENTS,
    WEBHOOK,
    file_name,
    hook_itsm,
    is_local,
    kind_of,
)
from service.config.inventory_jira import JIRA, JIRA_KEYS, jira_project
from service.config.inventory_parts import credentials
from service.config.inventory_values import choice, text
from service.config.yaml_places import Reader, Section, YamlValue, one_of
from service.domain.inventory import Credentials, Itsm, ItsmLogin

KEYS = ("kind", "url", "credentials", "auth", "ca", "change", "incident", "incidents")
OURS = frozenset({"correlation_id", "correlation_display", "state", "work_notes", "sys_id"})
"""Fields that this program fills in itself."""
_KINDS: tuple[str, ...] = ("servicenow", "webhook", "jira")
_AUTH: tuple[ItsmLogin, ...] = ("basic", "oauth")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,79}", re.ASCII)
_NOBODY = Credentials("", "")


def itsm(sets: Mapping[str, YamlValue], folder: Path) -> Reader[Itsm]:
    """A reader of the key `itsm`.

    Args:
        sets: credentials by name.
        folder: where the inventory lies; a relative `ca` starts there.
    """

    def login(value: YamlValue) -> Credentials:
        return credentials(sets[one_of(sets, "set of credentials")(value)])

    def read_itsm(value: YamlValue) -> Itsm:
        if kind_of(value) == WEBHOOK:
            return hook_itsm(value, folder)
        is_jira = kind_of(value) == JIRA
        section = Section(value, JIRA_KEYS if is_jira else KEYS)
        found = Itsm(
            kind=section.need("kind", choice(_KINDS), "servicenow"),
            url=section.need("url", _url, ""),
            credentials=section.need("credentials", login, _NOBODY),
            auth=section.get("auth", choice(_AUTH), "basic"),
            ca=section.get("ca", file_name(folder), None),
            change=section.get("change", _fields, {}),
            incident=section.get("incident", _fields, {}),
            incidents=section.get("incidents", choice(INCIDENTS), "probable"),
            jira=jira_project(section) if is_jira else None,
        )
        section.settle()
        return found

    return read_itsm


def _url(value: YamlValue) -> str:
    expected = "https://HOST[:PORT], without path, user and password (http on this host alone)"
    try:
        parts = urlsplit(text(value))
        port = parts.port
    except ValueError:
        raise value.refuse(expected, found="another form (not shown)") from None
    is_plain = parts.path in {"", "/"} and not parts.query and not parts.fragment
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname))
    if not is_plain or not is_safe or parts.username is not None or not parts.hostname:
        raise value.refuse(expected, found="another form (not shown)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}"


def _fields(value: YamlValue) -> dict[str, str]:
    """Fields of a record: names as the table has them, values as text."""
    section = Section(value)
    found: dict[str, str] = {}
    for key, entry in section.entries.items():
        if key in OURS or not _FIELD.fullmatch(key):
            what = "a field that is filled in by this program" if key in OURS else f"{key!r}"
            error = entry.refuse("the name of another field, in small letters", found=what)
            section.problems.extend(error.problems)
            continue
        found[key] = section.get(key, text, "")
    section.settle()
    return found
