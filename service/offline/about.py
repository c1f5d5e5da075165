"""`about.yaml`: what the files of a folder can't say of themselves."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from service.domain.identity import is_controller_name
from service.domain.observation import Platform
from service.errors import InvalidInput

FILE = "about.yaml"


def _name(text: str) -> str:
    if not is_controller_name(text):
        raise ValueError("a controller's name: letters, digits, '.', '_' and '-', 63 at most")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("an IANA time zone such as Europe/Paris") from None
    return text


class About(BaseModel):
    """The content of `about.yaml`; every key may be missing.

    Attributes:
        collected_at: when the files were saved, by the clock of whoever saved them.
        timezone: of the controller's wall clock and of its logs.
        files: file name -> when that file was saved, for polls that show no clock.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_name)] | None = None
    platform: Platform | None = None
    collected_at: AwareDatetime | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    files: dict[str, AwareDatetime] = Field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    def saved_at(self, file: str) -> datetime | None:
        """When one file was saved, where that is told for the file itself."""
        return self.files.get(file)


def read_about(folder: Path) -> About:
    """The folder's `about.yaml`, or what holds without one.

    Raises:
        InvalidInput: file, line, key, what was found and what was expected.
    """
    path = folder / FILE
    if not path.exists():
        return About()
    try:
        text = path.read_text("utf-8-sig")
        content = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        what = " ".join(str(err).split())[:200]
        raise InvalidInput(
            f"can't be read ({what})", where=FILE, expected="a YAML mapping"
        ) from None
    try:
        return About.model_validate(content or {})
    except ValidationError as err:
        raise _refused(err, text) from None


def _refused(err: ValidationError, text: str) -> InvalidInput:
    first = err.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    spots = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(f"{key}:")]
    where = f"{FILE}:{spots[0]}: {key}" if spots else f"{FILE}: {key}"
    expected = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return InvalidInput(f"found {first['input']!r:.60}", where=where, expected=expected)
