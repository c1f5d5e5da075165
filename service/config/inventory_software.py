"""Where the inventory says that controllers' software lies.

Addresses get into commands of controllers, so they take plain characters only; a user or a password
in one is refused without being shown.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from service.config.inventory_parts import credentials
from service.config.inventory_values import text
from service.config.software_folder import SPOKEN
from service.config.yaml_places import Reader, Section, YamlValue, nearest, one_of
from service.domain.inventory import Credentials, SoftwareSource
from service.domain.observation import Platform

KEYS = ("folder", "url", "aireos_url", "credentials")
WITH_LOGIN = frozenset({"scp", "sftp", "ftp"})
SCHEMES = tuple(dict.fromkeys(scheme for spoken in SPOKEN.values() for scheme in spoken))
_HIGHEST_PORT = 65_535
_URL = re.compile(
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>(?:/[A-Za-z0-9._~-]*)*)",
    re.ASCII,
)


def software(sets: Mapping[str, YamlValue], folder: Path) -> Reader[SoftwareSource]:
    """A reader of the key `software`.

    Args:
        sets: credentials by name.
        folder: where the inventory lies; a relative folder starts there.
    """

    def login(value: YamlValue) -> Credentials:
        return credentials(sets[one_of(sets, "set of credentials")(value)])

    def read_software(value: YamlValue) -> SoftwareSource:
        section = Section(value, KEYS)
        found = SoftwareSource(
            folder=str((folder / Path(section.need("folder", text, "")).expanduser()).absolute()),
            url=section.get("url", _url(SCHEMES), None),
            aireos_url=section.get("aireos_url", _url(SPOKEN[Platform.AIREOS]), None),
            credentials=section.get("credentials", login, None),
        )
        _check_login(section, found)
        section.settle()
        return found

    return read_software


def _url(schemes: tuple[str, ...]) -> Reader[str]:
    """A reader of the address of a folder; it ends with a slash."""
    expected = f"{', '.join(schemes)} and ://HOST[:PORT][/FOLDER/], without user and password"

    def read_url(value: YamlValue) -> str:
        scheme, _, rest = text(value).partition("://")
        if scheme not in schemes:
            hint = nearest(scheme, schemes) if scheme.isalpha() else ""
            raise value.refuse(expected, found=f"an address of another kind{hint} (not shown)")
        match = _URL.fullmatch(rest)
        if match is None or int(match["port"] or 1) > _HIGHEST_PORT:
            raise value.refuse(expected, found=f"another form behind {scheme}:// (not shown)")
        return f"{scheme}://{rest.removesuffix('/')}/"

    return read_url


def _check_login(section: Section, found: SoftwareSource) -> None:
    """A protocol that logs in needs somebody to log in as."""
    asking = {url.partition("://")[0] for url in (found.url, found.aireos_url) if url}
    if found.credentials is None and "credentials" not in section.entries and asking & WITH_LOGIN:
        scheme = min(asking & WITH_LOGIN)
        error = section.value.refuse(
            "'credentials' with the user and password for the file server",
            found=f"{scheme} without them",
        )
        section.problems.extend(error.problems)
