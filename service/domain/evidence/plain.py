"""Domain values as plain ones, for evidence: dictionaries, lists, texts and numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum

from service.domain.audit import moment_text
from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.redaction import REDACTED, is_secret, redacted


def plain(value: object) -> object:
    """A value as JSON has it, without secrets: by what texts say, and by what fields are called."""
    for kinds, made in _PLAIN:
        if isinstance(value, kinds):
            return made(value)
    if is_dataclass(value):
        return _named((one.name, getattr(value, one.name)) for one in fields(value))
    return list(map(plain, value)) if isinstance(value, Iterable) else str(value)


def _named(pairs: Iterable[tuple[object, object]]) -> dict[str, object]:
    return {
        str(plain(name)): REDACTED if isinstance(one, str) and is_secret(str(name)) else plain(one)
        for name, one in pairs
    }


_PLAIN: tuple[tuple[tuple[type, ...], Callable[..., object]], ...] = (
    ((type(None), bool), lambda value: value),
    ((Enum,), lambda value: str(value.value)),
    ((int, float), lambda value: value),
    ((str,), redacted),
    ((datetime,), moment_text),
    ((BaseRadioMac, EthernetMac), str),
    ((Mapping,), lambda value: _named(value.items())),
    ((set, frozenset), lambda value: sorted(str(plain(one)) for one in value)),
)
"""The first that fits counts."""
