"""Which certificates an AireOS controller lets access points join with, as it prints it.

Wordings differ by release and none of 8.x was captured: a line that is not known leaves its switch
unknown, never off.
"""

import re

_EXPIRY = re.compile(
    r"\s*(?:config )?ap cert-expiry-ignore (?P<kind>mic|ssc) (?P<word>enable|disable)\s*"
)
_MATCHES = re.compile(r"\s*There are (?P<count>\d+) lines? matching the pattern .*")
_ALLOW_SSC = re.compile(
    r"\s*(?:Allow APs with Self-?[Ss]igned Certificate(?:s)?(?: \(SSC\))?"
    r"|AP with Self-[Ss]igned Certificate)\s*\.{2,}\s*(?P<word>\w+)\s*"
)
_HASH = re.compile(r"\s*SSC Hash [Vv]alidation\s*\.{2,}\s*(?P<word>\w+)\W*")
_WORDS = {"enabled": True, "enable": True, "yes": True, "disabled": False, "disable": False,
          "no": False}  # fmt: skip


def ignored_expiries(text: str) -> frozenset[str] | None:
    """Of mic and ssc those whose expiry is ignored, by a grep; None where it is not understood.

    The grep counts what it found: an answer without its count may be cut.
    """
    lines = text.splitlines()
    counts = [int(found["count"]) for line in lines if (found := _MATCHES.fullmatch(line))]
    said = [found for line in lines if (found := _EXPIRY.fullmatch(line))]
    kinds = frozenset(found["kind"] for found in said if found["word"] == "enable")
    return kinds if counts == [len(said)] else None


def allows_ssc(text: str) -> bool | None:
    """Whether APs with self-signed certificates may join, by `show auth-list`."""
    return _switch(_ALLOW_SSC, text)


def validates_hash(text: str) -> bool | None:
    """Whether the hash of self-signed certificates is validated, by `show certificate ssc`."""
    return _switch(_HASH, text)


def _switch(pattern: re.Pattern[str], text: str) -> bool | None:
    found = [match for line in text.splitlines() if (match := pattern.fullmatch(line))]
    return _WORDS.get(found[0]["word"].lower()) if len(found) == 1 else None
