"""User-based security of SNMP version 3: keys, digests, privacy. RFC 3414, RFC 3826.

AireOS offers MD5 and SHA for authentication, DES and AES-128 for privacy.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

MEGABYTE = 1_048_576
DIGEST = 12  # octets of a digest that travel: HMAC-MD5-96, HMAC-SHA-96
BLOCK = 8
HASHES = {"md5": "md5", "sha": "sha1"}


def localized(password: str, method: str, engine_id: bytes) -> bytes:
    """A password's key at one engine. RFC 3414 appendix A.2."""
    stretched = password.encode() * (MEGABYTE // len(password.encode()) + 1)
    name = HASHES[method]
    key = hashlib.new(name, stretched[:MEGABYTE], usedforsecurity=False).digest()
    return hashlib.new(name, key + engine_id + key, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class User:
    """The one user of a box."""

    name: bytes
    auth: str  # none | md5 | sha
    priv: str  # none | des | aes
    auth_key: bytes
    priv_key: bytes

    @property
    def level(self) -> int:
        """The flags that its messages must carry: 1 authenticated, 2 private."""
        return (self.auth != "none") + 2 * (self.priv != "none")

    def digest(self, message: bytes) -> bytes:
        """What authenticates a message whose digest field holds zeros."""
        full = hmac.new(self.auth_key, message, HASHES[self.auth])
        return full.digest()[:DIGEST]

    def decrypt(self, data: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        """A scoped PDU, with padding behind it.

        Raises:
            ValueError: the sizes are wrong.
        """
        opener = self._cipher(salt, boots, seconds).decryptor()
        return _through(opener, data)

    def encrypt(self, data: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        """The reverse."""
        if self.priv == "des":
            data += bytes(-len(data) % BLOCK)
        return _through(self._cipher(salt, boots, seconds).encryptor(), data)

    def _cipher(self, salt: bytes, boots: int, seconds: int) -> Cipher[CFB] | Cipher[CBC]:
        if self.priv == "aes":
            vector = boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt
            return Cipher(AES(self.priv_key[:16]), CFB(vector))
        mask = zip(self.priv_key[8:16], salt, strict=True)
        once = self.priv_key[:8]  # DES is triple DES with three equal keys
        return Cipher(TripleDES(once * 3), CBC(bytes(a ^ b for a, b in mask)))


def _through(cipher: CipherContext, data: bytes) -> bytes:
    return cipher.update(data) + cipher.finalize()


def user_of(name: str, auth: str, priv: str, password: str, engine_id: bytes) -> User:
    """A user whose two passwords are the same."""
    if auth == "none":
        return User(name.encode(), auth, priv, b"", b"")
    key = localized(password, auth, engine_id)
    return User(name.encode(), auth, priv, key, key)
