"""The fields that forms of catalogue files share."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from service.domain.releases import Release, is_rule


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as err:
        raise ValueError(f"a regular expression ({err})") from None
    return text


def _rule(text: str) -> str:
    if not is_rule(text):
        raise ValueError("a release rule such as '>=17.9.3' or '~8.5, >=8.5.182.105'")
    return text


def _release(text: str) -> str:
    Release.parse(text)
    return text


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("text (put it in quotes)")  # noqa: TRY004 - pydantic wants ValueError
    return value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
Pattern = Annotated[Text, AfterValidator(_pattern)]
Rule = Annotated[Text, AfterValidator(_rule)]
ReleaseText = Annotated[Text, AfterValidator(_release)]


STRICT = ConfigDict(extra="forbid", frozen=True)
"""A form knows no key but its own."""


def compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    """Patterns that were checked, ready to use."""
    return tuple(re.compile(pattern) for pattern in patterns)
