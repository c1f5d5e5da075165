"""Style, script and icon: files of the package, named in pages by what is in them."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from fastapi import APIRouter
from fastapi.responses import Response

from service.errors import NotFound

assets = APIRouter()
FOLDER = "assets"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_EVER = "public, max-age=31536000, immutable"
"""The address changes with the content."""
HASH_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file and the hash in its address."""

    data: bytes
    kind: str
    tag: str


@cache
def known_assets() -> dict[str, Asset]:
    """Every file, by name."""
    found = (one for one in (files("service.web") / FOLDER).iterdir() if one.is_file())
    return {one.name: _asset(one.name, one.read_bytes()) for one in found}


def _asset(name: str, data: bytes) -> Asset:
    kind = KINDS[PurePosixPath(name).suffix]
    return Asset(data, kind, hashlib.sha256(data).hexdigest()[:HASH_LETTERS])


def address_of(name: str) -> str:
    """Where a page finds a file. KeyError: there is none."""
    return f"/{FOLDER}/{known_assets()[name].tag}/{name}"


@assets.get(f"/{FOLDER}/{{tag}}/{{name}}")
def get_asset(tag: str, name: str) -> Response:
    """Open to everybody: the sign-in page needs them."""
    found = known_assets().get(name)
    if found is None or found.tag != tag:
        raise NotFound("file", name)
    return Response(found.data, media_type=found.kind, headers={"Cache-Control": FOR_EVER})
