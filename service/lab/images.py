"""Software files of the lab: small, with a header that says what a real one would be.

A real image is a gigabyte and signed. The lab's is a line, a header and some bytes with a checksum,
so that a file which was cut or altered on its way is told from a whole one by its content alone,
and never by its name. Anything without that header is no image.

Source of the file names: facts section 5, sample data-install-apsp-committed.xml, and public lists
of Cisco's downloads (C9800-CL's base image has no `_wlc`).
"""

import hashlib
import json
import random
import re
from dataclasses import dataclass, field, replace

from service.lab.errors import LabError

MAGIC = b"APREJOIN-LAB-IMAGE 1\n"
NAME = re.compile(
    r"(C9800(?:-[0-9A-Z]+)?)-universalk9(?:_wlc)?\.(\d+)\.(\d+)\.(\d+[a-z]?)"
    r"(?:\.(CSC[a-z]{2}\d{5}))?\.SPA(?:\.(apsp|smu|apdp))?\.bin"
)
MENDED_PATCHES = {"CSCwe10047", "CSCwd87305", "CSCwd87612"}  # 17.3.6, 17.6.4, 17.9.2 (FN72524)
MENDED_FROM = {(17, 3): 7, (17, 6): 6, (17, 9): 3}  # later maintenance; that it is so is unverified
NEWER_TRAINS = (17, 10)  # whose every release has it, as unverified
BODY_BYTES = 4096
LONGEST_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Image:
    """What one software file is."""

    name: str
    family: str  # C9800 fits every appliance; C9800-L, C9800-40, C9800-80, C9800-CL one
    release: str  # as a fleet file says it: 17.3.6
    kind: str = "img"  # img | apsp | smu | apdp
    patch: str | None = None
    mends: bool = False  # are its IOS AP images signed by a certificate that holds?
    models: tuple[str, ...] = ()  # beginnings of the AP models that it is for; none: all
    number: int = 3895  # of the build

    @property
    def version(self) -> str:
        """As install-oper writes it: 17.03.06.0.3895."""
        return f"{padded(self.release)}.0.{self.number}"

    def is_for(self, model: str) -> bool:
        """Does it bring an image for this AP model?"""
        return not self.models or model.startswith(self.models)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on bootflash."""

    name: str
    size: int
    md5: str
    sha512: str
    image: Image | None = None
    trouble: str = ""  # truncated | corrupt


def padded(release: str) -> str:
    """17.03.06 of 17.3.6; a letter stays."""
    parts = re.findall(r"(\d+)([a-z]?)", release)
    return ".".join(f"{int(digits):02d}{letter}" for digits, letter in parts)


def family_of(model: str) -> str:
    """The family of images that a controller of this model takes."""
    found = re.match(r"C9800(?:-(?:L|CL|40|80))?(?=-|$)", model)
    return found[0] if found else "C9800-40"


def base_name(model: str, release: str) -> str:
    """The name of the base image of a controller."""
    family = family_of(model)
    suffix = "" if family == "C9800-CL" else "_wlc"
    return f"{family}-universalk9{suffix}.{padded(release)}.SPA.bin"


def named(
    name: str, *, mends: bool | None = None, models: tuple[str, ...] = (), number: int = 3895
) -> Image:
    """What a file of this name is, by the rules of Cisco's names.

    Raises:
        LabError: no such rule fits.
    """
    found = NAME.fullmatch(name)
    if found is None or bool(found[5]) is not bool(found[6]):
        raise LabError(f"{name}: no name of a Catalyst 9800's software file")
    release = ".".join(part.lstrip("0") or "0" for part in found.group(2, 3, 4))
    mended = _mended(release, found[5]) if mends is None else mends
    return Image(name, found[1], release, found[6] or "img", found[5], mended, models, number)


def _mended(release: str, patch: str | None) -> bool:
    if patch is not None:
        return patch in MENDED_PATCHES
    numbers = tuple(int(part) for part in re.findall(r"\d+", release))
    train, maintenance = (numbers[0], numbers[1]), numbers[2]
    first = MENDED_FROM.get(train)
    return train >= NEWER_TRAINS if first is None else maintenance >= first


def make(
    name: str, *, mends: bool | None = None, models: tuple[str, ...] = (), body: int = BODY_BYTES
) -> bytes:
    """The bytes of an image; the same call gives the same bytes.

    Raises:
        LabError: see `named`.
    """
    image = named(name, mends=mends, models=models)
    inside = random.Random(name).randbytes(body)  # noqa: S311  # any bytes will do
    header = {
        "name": name,
        "mends": image.mends,
        "models": list(models),
        "bytes": body,
        "sha256": hashlib.sha256(inside).hexdigest(),
    }
    return MAGIC + json.dumps(header).encode() + b"\n" + inside


@dataclass(slots=True)
class Intake:
    """Takes a file in piece by piece, as a transfer brings it, and says at the end what it is."""

    size: int = 0
    _md5: "hashlib._Hash" = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    _sha512: "hashlib._Hash" = field(default_factory=hashlib.sha512)
    _body: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _start: bytes = b""
    _header: bytes | None = None
    _inside: int = 0

    def feed(self, piece: bytes) -> None:
        """The next bytes."""
        self.size += len(piece)
        self._md5.update(piece)
        self._sha512.update(piece)
        if self._header is not None:
            self._body.update(piece)
            self._inside += len(piece)
        elif len(self._start) <= LONGEST_HEADER:
            self._begin(piece)

    def _begin(self, piece: bytes) -> None:
        self._start += piece
        if not self._start.startswith(MAGIC[: len(self._start)]):
            return
        header, newline, rest = self._start[len(MAGIC) :].partition(b"\n")
        if newline:
            self._header = header
            self._body.update(rest)
            self._inside = len(rest)

    def finish(self, name: str) -> StoredFile:
        """The file under the name that it gets."""
        found, trouble = self._judged()
        image = None if found is None else replace(found, name=name)
        return StoredFile(
            name, self.size, self._md5.hexdigest(), self._sha512.hexdigest(), image, trouble
        )

    def _judged(self) -> tuple[Image | None, str]:
        try:
            header = json.loads(self._header or b"")
            models = tuple(header["models"])
            image = named(header["name"], mends=header["mends"], models=models)
            size, digest = int(header["bytes"]), str(header["sha256"])
        except (ValueError, KeyError, TypeError, LabError):
            return None, ""
        if self._inside < size:
            return image, "truncated"
        whole = self._body.hexdigest() == digest and self._inside == size
        return image, "" if whole else "corrupt"


def taken_in(name: str, data: bytes) -> StoredFile:
    """A file whose bytes are at hand."""
    intake = Intake()
    intake.feed(data)
    return intake.finish(name)


def stored(image: Image) -> StoredFile:
    """The file that an installed image came from."""
    try:
        data = make(image.name, mends=image.mends, models=image.models)
    except LabError:  # a fleet file may call it anything
        data = image.name.encode()
    return replace(taken_in(image.name, data), image=image)
