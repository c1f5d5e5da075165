"""Values of leaves in JSON (RFC 7951): what the service has in it, and what callers send.

Numbers of 64 bits and decimals are strings, identities carry their module. What YANG's strings
cannot hold (RFC 7950 section 9.4) is shown as the replacement character.
"""

import re
from decimal import Decimal, InvalidOperation

from service.api.restconf.schema import LeafType

SMALL = frozenset({"int8", "int16", "int32", "uint8", "uint16", "uint32"})
LARGE = frozenset({"int64", "uint64"})
NO_CHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
UNPRINTABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0-\ufdef{NO_CHARACTERS}]")
REPLACEMENT = "\ufffd"


class Misfit(ValueError):
    """A value is not of its type. Its text says what is expected."""


def shown(value: object, of: LeafType) -> object:
    """A value of the service as JSON has it. Raises Misfit."""
    base = of.base
    if base == "boolean":
        return bool(value)
    if base in SMALL:
        return _number(value)
    if base in LARGE:
        return str(_number(value))
    if base == "decimal64":
        return _decimal(value, of.digits)
    text = str(value)
    if base == "enumeration" and text not in of.words:
        raise Misfit(f"one of {', '.join(sorted(of.words))}")
    if base == "identityref":
        return _identity(text, of)
    return clean(text)


def clean(text: str) -> str:
    """A text that a YANG string can hold."""
    return UNPRINTABLE.sub(REPLACEMENT, text)


def taken(value: object, of: LeafType) -> object:
    """What a caller sent, as the service has it. Raises Misfit."""
    base = of.base
    if base == "boolean":
        if isinstance(value, bool):
            return value
        raise Misfit("true or false")
    if base in SMALL:
        if isinstance(value, int) and not isinstance(value, bool) and of.fits(str(value)):
            return value
        raise Misfit(f"a number of type {base}")
    if not isinstance(value, str):
        raise Misfit(f"a string: {base}")
    if base == "identityref":
        return _identity(value, of).partition(":")[2]
    if clean(value) != value or not of.fits(value):
        raise Misfit(f"a value of type {base} within its length, pattern or range")
    return _number(value) if base in LARGE else value


def key_text(value: object, of: LeafType) -> str:
    """A key as an address has it, before it is percent-encoded."""
    found = shown(value, of)
    return str(found).lower() if isinstance(found, bool) else str(found)


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise Misfit("a number") from None


def _decimal(value: object, digits: int) -> str:
    try:
        return str(Decimal(str(value)).quantize(Decimal(1).scaleb(-digits)))
    except InvalidOperation:
        raise Misfit("a decimal number") from None


def _identity(text: str, of: LeafType) -> str:
    """With its module; who names none means the only one that has it."""
    module, colon, name = text.rpartition(":")
    known = of.identities.get(name)
    if known is None or (colon and module != known):
        expected = sorted(f"{where}:{one}" for one, where in of.identities.items())
        raise Misfit(f"one of {', '.join(expected)}")
    return f"{known}:{name}"
