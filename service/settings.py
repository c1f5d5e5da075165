"""The environment as frozen settings. Values are checked here; nothing is created.

Addresses of databases and brokers can hold passwords: no error and no repr shows them, and they may
be in a file that `APREJOIN_..._URL_FILE` names, as secrets of containers are.
"""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from platformdirs import user_state_path

from service.errors import InvalidInput

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["console", "json"]
C = TypeVar("C", bound=str)

STATE_DIR = "APREJOIN_STATE_DIR"
DATABASE_URL = "APREJOIN_DATABASE_URL"
BROKER_URL = "APREJOIN_BROKER_URL"
FILE = "_FILE"
"""After one of these two: the file that has the address, where the variable itself is not set."""
INVENTORY = "APREJOIN_INVENTORY"
CATALOGUE = "APREJOIN_CATALOGUE"
LOG_LEVEL = "APREJOIN_LOG_LEVEL"
LOG_FORMAT = "APREJOIN_LOG_FORMAT"
VISIBILITY_TIMEOUT = "APREJOIN_VISIBILITY_TIMEOUT_S"
MAX_SESSIONS = "APREJOIN_MAX_SESSIONS"

DATABASE_FILE = "aprejoin.sqlite3"
_LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
_FORMATS: tuple[LogFormat, ...] = ("console", "json")
_DATABASE = re.compile(r"(sqlite|postgresql)(\+[a-z0-9]+)?://.*", re.DOTALL)
_BROKER = re.compile(r"(rediss?|redis\+socket)://.+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how to talk about them.

    Attributes:
        state_dir: SQLite, journal, embedded broker; absolute. May not exist yet.
        database_url: for SQLAlchemy.
        broker_url: Redis or Valkey; None: the embedded broker in the state folder.
        inventory: the file that commands take where they are not told; None: they must be told.
        catalogue: a folder with the user's own issues, beside the built-in ones; or None.
        visibility_timeout_s: after how long the job of a dead worker is given to another one; no
            job may take longer.
        max_sessions: how many controllers are read at the same time, over all processes.
    """

    state_dir: Path
    database_url: str = field(repr=False)
    broker_url: str | None = field(default=None, repr=False)
    inventory: Path | None = None
    catalogue: Path | None = None
    log_level: LogLevel = "info"
    log_format: LogFormat = "console"
    visibility_timeout_s: float = 900.0
    max_sessions: int = 128

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read `APREJOIN_*`; an empty variable counts as not set.

        Raises:
            InvalidInput: a bad value; names the variable.
        """
        state_dir = _path(environ, STATE_DIR) or user_state_path("aprejoin")
        return cls(
            state_dir=state_dir,
            database_url=_address(environ, DATABASE_URL, _DATABASE, "sqlite:// or postgresql://")
            or f"sqlite:///{state_dir / DATABASE_FILE}",
            broker_url=_address(
                environ, BROKER_URL, _BROKER, "redis://, rediss:// or redis+socket://"
            ),
            inventory=_path(environ, INVENTORY),
            catalogue=_path(environ, CATALOGUE),
            log_level=_choice(environ, LOG_LEVEL, _LEVELS) or "info",
            log_format=_choice(environ, LOG_FORMAT, _FORMATS) or "console",
            visibility_timeout_s=_seconds(environ, VISIBILITY_TIMEOUT, 900.0),
            max_sessions=_count(environ, MAX_SESSIONS, 128),
        )

    def as_environment(self) -> dict[str, str]:
        """The variables that give a child process the same settings."""
        given = {
            STATE_DIR: self.state_dir,
            DATABASE_URL: self.database_url,
            BROKER_URL: self.broker_url,
            INVENTORY: self.inventory,
            CATALOGUE: self.catalogue,
            LOG_LEVEL: self.log_level,
            LOG_FORMAT: self.log_format,
            VISIBILITY_TIMEOUT: self.visibility_timeout_s,
            MAX_SESSIONS: self.max_sessions,
        }
        return {name: "" if value is None else str(value) for name, value in given.items()}

    def ensure_state_dir(self) -> Path:
        """The state folder, created for its owner alone where it was missing.

        Raises:
            InvalidInput: it cannot be created or written to, or is no folder.
        """
        try:
            self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as err:
            raise _refused(
                STATE_DIR, f"{self.state_dir} cannot be used ({err.strerror})", "a folder"
            ) from None
        if not os.access(self.state_dir, os.W_OK | os.X_OK):
            raise _refused(STATE_DIR, f"{self.state_dir} cannot be written to", "a folder of yours")
        return self.state_dir


def _path(environ: Mapping[str, str], variable: str) -> Path | None:
    text = environ.get(variable)
    if not text:
        return None
    if "\0" in text:
        raise _refused(variable, "a path with a zero byte", "a path")
    try:
        return Path(text).expanduser().absolute()
    except (RuntimeError, OSError):  # nobody's home; a working folder that was removed
        raise _refused(variable, f"{text!r} leads nowhere", "an absolute path") from None


def _address(
    environ: Mapping[str, str], variable: str, shape: re.Pattern[str], expected: str
) -> str | None:
    text = environ.get(variable) or _from_file(environ, variable + FILE)
    if not text:
        return None
    if not shape.fullmatch(text):
        scheme, separator, _ = text.partition("://")
        found = f"an address of the kind {scheme!r}" if separator else "no address (not shown)"
        raise _refused(variable, found, f"an address that begins with {expected}")
    return text


def _from_file(environ: Mapping[str, str], variable: str) -> str | None:
    """The first line of the file that a variable names."""
    path = _path(environ, variable)
    if path is None:
        return None
    try:
        line = path.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise _refused(variable, f"{path}, which cannot be read", "a file with one line") from None
    if not line:
        raise _refused(variable, f"{path}, which is empty", "a file with one line")
    return line


def _choice(environ: Mapping[str, str], variable: str, options: tuple[C, ...]) -> C | None:
    text = environ.get(variable)
    if not text:
        return None
    for option in options:
        if text.lower() == option:
            return option
    raise _refused(variable, repr(text), f"one of {', '.join(options)}")


def _seconds(environ: Mapping[str, str], variable: str, default: float) -> float:
    text = environ.get(variable)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 1 <= number < math.inf:
        raise _refused(variable, repr(text), "a number of seconds, at least 1")
    return number


def _count(environ: Mapping[str, str], variable: str, default: int) -> int:
    text = environ.get(variable)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise _refused(variable, repr(text), "a whole number of at least 1")
    return int(text)


def _refused(variable: str, found: str, expected: str) -> InvalidInput:
    return InvalidInput(f"found {found}", where=variable, expected=expected)
