"""The user-based security of SNMPv3: keys, digests and encryption.

Source: RFC 3414 (keys A.2, MD5 and SHA-1 digests 6 and 7, DES 8), RFC 3826 (AES). Those are all
that AireOS offers (`config snmp v3user create`). Nothing here talks to anybody.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

Digest: TypeAlias = Literal["sha1", "md5"]
Secrecy: TypeAlias = Literal["aes", "des"]

MEGABYTE = 1048576
DIGEST_OCTETS = 12
BLOCK = 8


@dataclass(frozen=True, slots=True)
class Security:
    """How one user is known to an engine.

    Attributes:
        digest: None: nobody proves anything.
        secrecy: None: nothing is encrypted.
    """

    user: str
    digest: Digest | None = None
    secrecy: Secrecy | None = None
    auth: str = field(default="", repr=False)
    priv: str = field(default="", repr=False)

    @property
    def level(self) -> str:
        """For people: SHA and AES, MD5 alone, or none."""
        return " and ".join(word.upper() for word in (self.digest, self.secrecy) if word) or "none"


def localized(digest: Digest, secret: str, engine: bytes) -> bytes:
    """The key of a secret at one engine (RFC 3414, A.2)."""
    key = _key(digest, secret)
    return _hash(digest, key + engine + key)


@lru_cache(maxsize=64)
def _key(digest: Digest, secret: str) -> bytes:
    """The key of a secret everywhere; milliseconds of work, that a stranger must not cause."""
    octets = secret.encode()
    repeated = octets * (MEGABYTE // max(1, len(octets)) + 1)
    return _hash(digest, repeated[:MEGABYTE])


def _hash(digest: Digest, data: bytes) -> bytes:
    return hashlib.new(digest, data, usedforsecurity=False).digest()


def signature(security: Security, engine: bytes, whole: bytes) -> bytes:
    """The twelve octets that prove a message; `whole` has zeros in their place."""
    if security.digest is None:
        return b""
    key = localized(security.digest, security.auth, engine)
    return hmac.digest(key, whole, security.digest)[:DIGEST_OCTETS]


@dataclass(frozen=True, slots=True)
class Moment:
    """An engine's own time: how often it started, and the seconds since."""

    boots: int
    seconds: int

    @property
    def octets(self) -> bytes:
        """As encryption takes it."""
        return self.boots.to_bytes(4, "big") + self.seconds.to_bytes(4, "big")


def encrypted(
    security: Security, engine: bytes, moment: Moment, salt: int, data: bytes
) -> tuple[bytes, bytes]:
    """(encrypted data, the parameters that go with it)."""
    if security.secrecy == "des":
        parameters = moment.boots.to_bytes(4, "big") + (salt & 0xFFFFFFFF).to_bytes(4, "big")
        data += bytes(-len(data) % BLOCK)
    else:
        parameters = salt.to_bytes(8, "big")
    encryptor = _cipher(security, engine, moment, parameters).encryptor()
    return encryptor.update(data) + encryptor.finalize(), parameters


def decrypted(
    security: Security, engine: bytes, moment: Moment, parameters: bytes, data: bytes
) -> bytes:
    """The data behind some encrypted data; ValueError where it cannot be that."""
    decryptor = _cipher(security, engine, moment, parameters).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _cipher(
    security: Security, engine: bytes, moment: Moment, parameters: bytes
) -> Cipher[CBC] | Cipher[CFB]:
    if security.digest is None or len(parameters) != BLOCK:
        raise ValueError("no parameters to decrypt with")
    key = localized(security.digest, security.priv, engine)
    if security.secrecy == "des":
        vector = bytes(a ^ b for a, b in zip(key[8:16], parameters, strict=True))
        return Cipher(TripleDES(key[:8] * 3), CBC(vector))  # thrice the same key is single DES
    return Cipher(AES128(key[:16]), CFB(moment.octets + parameters))
