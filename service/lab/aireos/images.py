"""Image files as the lab's AireOS boxes take them: a line that says what it is, then filling.

A real `.aes` is encrypted and signed; what a box checks of it before it writes is unverified. Here
it is what a bad file would be caught by: kind of file, product, length and sum.
"""

import hashlib
from dataclasses import dataclass

MAGIC = "AIREOS-LAB-IMAGE"
FIRST_FIXED = (8, 10, 183, 0)
FIXED_8_5 = ((8, 5, 182, 7), (8, 5, 182, 100), (8, 5, 182, 105))  # from, up to, and again from


@dataclass(frozen=True, slots=True)
class Image:
    """What a file holds."""

    product: str  # AIR-CT3504-K9
    release: str


class ImageError(Exception):
    """The file is no image, not a whole one, or one for another product."""


def image_bytes(product: str, release: str, size: int = 4096) -> bytes:
    """A file that a box of that product takes."""
    filling = hashlib.sha512(f"{product} {release}".encode()).digest() * (size // 64)
    head = f"{MAGIC} {product} {release} {len(filling)} {hashlib.md5(filling).hexdigest()}\n"  # noqa: S324 - a sum against accidents, no protection
    return head.encode() + filling


def read_image(content: bytes, product: str) -> Image:
    """What a box finds in a file.

    Raises:
        ImageError: it would not be taken; the text says why.
    """
    head, _, filling = content.partition(b"\n")
    words = head.decode(errors="replace").split()
    if len(words) != 5 or words[0] != MAGIC:  # noqa: PLR2004 - as `image_bytes` writes
        raise ImageError("Invalid code file")
    _, made_for, release, size, total = words
    if len(filling) != int(size) or hashlib.md5(filling).hexdigest() != total:  # noqa: S324 - as above
        raise ImageError("Code file is corrupt")
    if made_for != product:
        raise ImageError("Image version check failed: the file is not for this platform")
    return Image(made_for, release)


def is_fixed(release: str) -> bool:
    """Are the images of IOS APs in this release signed by a certificate that lasts?

    Source: device facts, section 5 (FN72524): 8.10.183.0 and later, 8.5.182.7, 8.5.182.105 (IRCM).
    """
    numbers = tuple(int(part) for part in release.split("."))
    first, others, again = FIXED_8_5
    in_8_5 = numbers[:2] == (8, 5) and (first <= numbers < others or numbers >= again)
    return in_8_5 or numbers >= FIRST_FIXED
