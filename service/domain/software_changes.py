"""What a controller's installer, its file system and its APs can be told about software.

An order that is accepted has only begun; what becomes of it is read. So none of these is ever sent
again for want of a reply.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

InstallVerb: TypeAlias = Literal["add", "activate", "commit", "abort", "rollback", "remove"]


@dataclass(frozen=True, slots=True)
class InstallOrder:
    """Tell the installer one thing; that it is accepted says nothing of how it ends.

    Attributes:
        uuid: by which the controller tells of it, where it can; never used twice.
        file: the name of the file that it is about, in the place where software lies.
        version: the same as the controller's books say it, where a whole release is activated.
        abort_after_min: when the controller takes an activation back by itself.
    """

    verb: InstallVerb
    uuid: str
    file: str = ""
    version: str = ""
    abort_after_min: int | None = None
    kind: Literal["install-order"] = "install-order"


@dataclass(frozen=True, slots=True)
class FetchFile:
    """Have the controller fetch a file; that it began says nothing of how it ends.

    Attributes:
        url: without user and password.
        username, secret: what the server is shown, the secret by reference; empty: nothing.
    """

    name: str
    url: str
    size_bytes: int
    username: str = ""
    secret: str = ""
    kind: Literal["fetch-file"] = "fetch-file"


@dataclass(frozen=True, slots=True)
class CheckFile:
    """Have the controller work out a file's hash; refused where it is another. Changes nothing."""

    name: str
    sha512: str
    md5: str
    kind: Literal["check-file"] = "check-file"


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """Delete a file that was fetched."""

    name: str
    kind: Literal["delete-file"] = "delete-file"


@dataclass(frozen=True, slots=True)
class PredownloadAll:
    """Have every AP load the image that the next activation makes them run."""

    uuid: str
    kind: Literal["predownload-all"] = "predownload-all"


@dataclass(frozen=True, slots=True)
class StopPredownload:
    """Have APs stop loading."""

    uuid: str
    kind: Literal["stop-predownload"] = "stop-predownload"


@dataclass(frozen=True, slots=True)
class AddSite:
    """Put a site on the list of those that a patch reaches first."""

    file: str
    site: str
    kind: Literal["add-site"] = "add-site"


@dataclass(frozen=True, slots=True)
class ApplySites:
    """Let a patch that runs reach the sites that were put on its list since."""

    file: str
    uuid: str
    kind: Literal["apply-sites"] = "apply-sites"


@dataclass(frozen=True, slots=True)
class ClearSites:
    """Take a patch's list of sites away: if it runs, it reaches all of them."""

    file: str
    uuid: str
    kind: Literal["clear-sites"] = "clear-sites"


SiteChange: TypeAlias = AddSite | ApplySites | ClearSites
SoftwareChange: TypeAlias = (
    InstallOrder
    | FetchFile
    | CheckFile
    | DeleteFile
    | PredownloadAll
    | StopPredownload
    | AddSite
    | ApplySites
    | ClearSites
)


def describe_software(change: SoftwareChange) -> str:  # noqa: C901, PLR0911 - one arm for each
    """One sentence for people and the journal."""
    match change:
        case InstallOrder() as order:
            return _order(order)
        case FetchFile(name, url):
            return f"fetch {name} from {url}"
        case CheckFile(name):
            return f"have the hash of {name} worked out"
        case DeleteFile(name):
            return f"delete {name}"
        case PredownloadAll():
            return "have every AP load the new image beforehand"
        case StopPredownload():
            return "have the APs stop loading the new image"
        case AddSite(file, site):
            return f"let {file} reach site {site} first"
        case ApplySites(file):
            return f"let {file} reach the sites added since"
        case ClearSites(file):
            return f"take the list of sites of {file} away"


def _order(order: InstallOrder) -> str:
    what = " ".join(text for text in (order.file, order.version) if text)
    after = order.abort_after_min
    timer = "" if after is None else f", taken back after {after} min unless committed"
    return f"install {order.verb} {what}".rstrip() + timer
