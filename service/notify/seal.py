"""Secrets that the service must hold, encrypted at rest (AES-256-GCM, NIST SP 800-38D).

The key is made from a secret that a setting refers to; there is none by default. What is sealed is
bound to what it is about: moved to another row, it does not open.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import InvalidInput, Refused
from service.ports.secrets import Secrets
from service.ports.webhooks import NO_KEY

SHORTEST = 32
"""Characters: `openssl rand -base64 32` gives 44."""
NONCE_BYTES = 12
FORM = "1:"


@dataclass(frozen=True, slots=True)
class KeySealer:
    """The sealer port.

    Attributes:
        reference: where the key is; None: nowhere.
    """

    reference: str | None
    secrets: Secrets
    random_bytes: Callable[[int], bytes] = field(default=os.urandom)

    def seal(self, secret: str, about: str) -> str:
        """Encrypted."""
        nonce = self.random_bytes(NONCE_BYTES)
        closed = self._key().encrypt(nonce, secret.encode(), about.encode())
        return f"{FORM}{base64.b64encode(nonce + closed).decode()}"

    def unseal(self, sealed: str, about: str) -> str:
        """The clear text."""
        key = self._key()
        try:
            data = base64.b64decode(sealed.removeprefix(FORM), validate=True)
            clear = key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):
            raise Refused(
                "the signing secret does not open: APREJOIN_SECRETS_KEY is another one than when "
                "it was made; set that one again, or remove the webhook and add it anew"
            ) from None
        return clear.decode()

    def _key(self) -> AESGCM:
        if self.reference is None:
            raise Refused(NO_KEY)
        try:
            given = self.secrets.resolve(self.reference)
        except InvalidInput as err:
            raise Refused(f"APREJOIN_SECRETS_KEY leads to no key: {err}") from None
        if len(given) < SHORTEST:
            raise Refused(f"the key at {self.reference} is shorter than {SHORTEST} characters")
        made = HKDF(SHA256(), 32, salt=None, info=b"aprejoin secrets at rest 1")
        return AESGCM(made.derive(given.encode()))
