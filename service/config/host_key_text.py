"""The two forms in which an inventory states a host key.

Source: OpenSSH's sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT", and ssh-keygen(1) for the fingerprint.
"""

import base64
import binascii
import re

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_KEY_TYPE = re.compile(r"(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+")
_TYPE_LENGTH_BYTES = 4
_FIELDS = 3

FORMS = "a known_hosts line (HOST KEY-TYPE KEY) or a fingerprint SHA256:..."


def checked_host_key(text: str) -> str:
    """The host key as it is compared; ValueError says what is wrong with it."""
    if text.startswith("SHA256:"):
        if not _FINGERPRINT.fullmatch(text):
            raise ValueError("a SHA256: fingerprint that has not 43 base64 characters")
        return text.rstrip("=")
    words = text.split()
    if words and words[0].startswith("@"):
        raise ValueError(f"the marker {words[0]!r}, which is not supported")
    if len(words) < _FIELDS or not _KEY_TYPE.fullmatch(words[1]):
        raise ValueError("neither a known_hosts line nor a fingerprint")
    if _announced_type(words[2]) != words[1]:
        raise ValueError(f"a key that is not the {words[1]} key it says")
    return " ".join(words[:_FIELDS])


def _announced_type(key: str) -> str | None:
    """The key type that the key blob itself begins with (RFC 4253, 6.6); None if no blob."""
    try:
        blob = base64.b64decode(key, validate=True)
    except binascii.Error:
        return None
    length = int.from_bytes(blob[:_TYPE_LENGTH_BYTES], "big")
    return blob[_TYPE_LENGTH_BYTES : _TYPE_LENGTH_BYTES + length].decode("ascii", "replace")
