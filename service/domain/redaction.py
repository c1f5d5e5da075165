"""Secrets out of device lines and payloads, before anything of them is kept.

A net below those who see to it that no secret gets there: what stands where the vendor's commands
and models have a secret is replaced, whatever it is.
Source: command forms of the vendor's configuration guides for IOS XE 17 and AireOS 8.5.
"""

import re

REDACTED = "(redacted)"
_WORDS = (
    r"password|passwd|passphrase|secret|community(?:-string)?|shared-secret|ascii-key|pre-shared-key"
    r"|key-string|md5-key|api-key|private-key|token|psk|authentication-key-value"
)
_OUR_TALK = r"token (?:[0-9a-f]{12}|expired|has|holds|is)\b"
"""A token's id, and sentences about one: the audit trail has to tell which token it was."""
_KINDS = r"[05-9]|ascii|hex|encrypt|create|add"
"""What may stand between the word and the secret: how it is written."""
_LINE = re.compile(
    rf"(?P<before>\b(?!{_OUR_TALK})(?:{_WORDS})(?:\s+(?:{_KINDS})(?=\s))*[ \t=:]++)"
    rf"(?P<value>(?!(?:(?:{_KINDS})\s+)*\(redacted\))\S+)",
    re.IGNORECASE,
)
_NTP_KEY = re.compile(
    r"(?P<before>\bauthentication-key\s+\d+\s+\S+\s+)(?P<value>\S+)(?P<after>(?:\s+\d+)?)",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    rf"(?P<before><(?P<name>[\w.:-]*(?:{_WORDS})[\w.:-]*)(?:\s[^>]*)?>)(?P<value>[^<]+)(?=</)",
    re.IGNORECASE,
)
_JSON = re.compile(
    rf'(?P<before>"[\w.:-]*(?:{_WORDS})[\w.:-]*"\s*:\s*")(?P<value>(?:[^"\\]|\\.)*)(?=")',
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s/@:]*:)(?P<value>[^\s/@]+)(?=@)", re.IGNORECASE
)
_BEARER = re.compile(
    r"(?P<before>\b(?:bearer|basic)\s+)(?P<value>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE
)
_OURS = re.compile(r"(?P<before>\baprejoin_)(?P<value>[A-Za-z0-9_-]{8,})")
_PEM = re.compile(
    r"(?P<before>-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?P<after>-----END [A-Z ]*PRIVATE KEY-----)",
    re.DOTALL,
)


_HINT = re.compile(rf"authentication-key|://|bearer|basic|aprejoin_|-----begin|{_WORDS}")
"""Each form above has one of these in it, in whatever case."""
_NAME = re.compile(_WORDS.replace("-", "[-_]"), re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a field of this name may hold a secret."""
    return _NAME.search(name) is not None


def redacted(text: str) -> str:
    """The text without secrets."""
    if not _may_hold_one(text):
        return text
    text = _PEM.sub(rf"\g<before>{REDACTED}\g<after>", text)
    text = _NTP_KEY.sub(rf"\g<before>{REDACTED}\g<after>", text)
    for form in (_ELEMENT, _JSON, _ADDRESS, _BEARER, _OURS, _LINE):
        text = form.sub(rf"\g<before>{REDACTED}", text)
    return text


def _may_hold_one(text: str) -> bool:
    """Whether the forms are worth a try: most texts of a look are short, and hold nothing.

    Beyond ASCII, letters have other cases than `lower` knows: the forms decide.
    """
    return not text.isascii() or _HINT.search(text.lower()) is not None
