"""The environment as frozen settings. Values are checked here; nothing is created.

Addresses of databases and brokers can hold passwords: no error and no repr shows them, and they may
be in a file that `APREJOIN_..._URL_FILE` names, as secrets of containers are.
"""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from platformdirs import user_state_path

from service.config.secret_reference import FORMS, SecretReference
from service.domain.retention import Retention
from service.domain.targets import Network
from service.errors import InvalidInput
from service.ports.visits import IDLE_S, LASTS_S, Lasting

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
SECRETS_KEY = "APREJOIN_SECRETS_KEY"
WEBHOOK_NETWORKS = "APREJOIN_WEBHOOK_NETWORKS"
REQUESTS_PER_S = "APREJOIN_REQUESTS_PER_S"
INVENTORY_EDITS = "APREJOIN_INVENTORY_EDITS"
KEEP_STATES = "APREJOIN_KEEP_STATES_DAYS"
KEEP_ABSENT = "APREJOIN_KEEP_ABSENT_DAYS"
TRACES = "APREJOIN_TRACES"
MIN_FREE_MB = "APREJOIN_MIN_FREE_MB"
SESSION_IDLE = "APREJOIN_SESSION_IDLE_S"
SESSION_LASTS = "APREJOIN_SESSION_LASTS_S"
PUBLIC_URL = "APREJOIN_PUBLIC_URL"
OIDC_CLIENT_SECRET = "APREJOIN_OIDC_CLIENT_SECRET"  # noqa: S105 - a name

DATABASE_FILE = "aprejoin.sqlite3"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHORTEST_S, LONGEST_IDLE_S, LONGEST_S = 300.0, 86_400.0, 604_800.0
"""Of sessions at the page."""
_LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
_SWITCH: tuple[Literal["on", "off"], ...] = ("on", "off")
_FORMATS: tuple[LogFormat, ...] = ("console", "json")
_TRACES: tuple[Literal["off", "otlp"], ...] = ("off", "otlp")
_DATABASE = re.compile(r"(sqlite|postgresql)(\+[a-z0-9]+)?://.*", re.DOTALL)
_HOST = re.compile(r"[a-z0-9.:-]+")
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
        log_level, log_format: what is logged at least, and how, on stderr.
        visibility_timeout_s: after how long the job of a dead worker is given to another one; no
            job may take longer.
        max_sessions: how many controllers are read at the same time, over all processes.
        secrets_key: a reference to the key for secrets that the service must hold; None: it holds
            none.
        webhook_networks: whose private or loopback addresses webhooks may go to.
        requests_per_s: how many requests one token may send to one API process in a second.
        retention: how long is kept what polls saw.
        inventory_edits: whether callers may change the inventory file. By itself only with SQLite:
            then every process is on this host and reads the same file.
        traces: whether spans are sent away.
        min_free_mb: with less than that free in the state folder an API process is not ready.
        session_idle_s: a session at the page ends so long after its last use; 300 to 86400.
        session_lasts_s: and so long after it began, used or not; 300 to 604800, not less than idle.
        public_url: the address of the page as people reach it, without a path: what an issuer sends
            them back to. Over http: only on loopback.
        oidc_client_secret: a reference to the secret of the page's client at the issuer; None: a
            public client.
    """

    state_dir: Path
    database_url: str = field(repr=False)
    broker_url: str | None = field(default=None, repr=False)
    inventory: Path | None = None
    catalogue: Path | None = None
    log_level: LogLevel = "info"
    log_format: LogFormat = "console"
    visibility_timeout_s: float = 900.0
    max_sessions: int = 400
    secrets_key: str | None = None
    webhook_networks: tuple[Network, ...] = ()
    requests_per_s: int = 200
    inventory_edits: bool = True
    retention: Retention = Retention()  # noqa: RUF009 - frozen
    traces: Literal["off", "otlp"] = "off"
    min_free_mb: int = 64
    session_idle_s: float = IDLE_S
    session_lasts_s: float = LASTS_S
    public_url: str | None = None
    oidc_client_secret: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read `APREJOIN_*`; an empty variable counts as not set.

        Raises:
            InvalidInput: a bad value; names the variable.
        """
        state_dir = _path(environ, STATE_DIR) or user_state_path("aprejoin")
        database = _address(environ, DATABASE_URL, _DATABASE, "sqlite:// or postgresql://")
        database = database or f"sqlite:///{state_dir / DATABASE_FILE}"
        alone: Literal["on", "off"] = "on" if database.startswith("sqlite") else "off"
        lasting = _lasting(environ)
        return cls(
            state_dir=state_dir,
            database_url=database,
            broker_url=_address(
                environ, BROKER_URL, _BROKER, "redis://, rediss:// or redis+socket://"
            ),
            inventory=_path(environ, INVENTORY),
            catalogue=_path(environ, CATALOGUE),
            log_level=_choice(environ, LOG_LEVEL, _LEVELS) or "info",
            log_format=_choice(environ, LOG_FORMAT, _FORMATS) or "console",
            visibility_timeout_s=_seconds(environ, VISIBILITY_TIMEOUT, 900.0),
            max_sessions=_count(environ, MAX_SESSIONS, 400),
            secrets_key=_reference(environ, SECRETS_KEY),
            webhook_networks=_networks(environ, WEBHOOK_NETWORKS),
            requests_per_s=_count(environ, REQUESTS_PER_S, 200),
            retention=Retention(
                states=_count(environ, KEEP_STATES, Retention().states),
                absent=_count(environ, KEEP_ABSENT, Retention().absent),
            ),
            inventory_edits=(_choice(environ, INVENTORY_EDITS, _SWITCH) or alone) == "on",
            traces=_choice(environ, TRACES, _TRACES) or "off",
            min_free_mb=_count(environ, MIN_FREE_MB, 64),
            session_idle_s=lasting.idle_s,
            session_lasts_s=lasting.lasts_s,
            public_url=_public_url(environ),
            oidc_client_secret=_reference(environ, OIDC_CLIENT_SECRET),
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
            SECRETS_KEY: self.secrets_key,
            WEBHOOK_NETWORKS: ",".join(map(str, self.webhook_networks)),
            REQUESTS_PER_S: self.requests_per_s,
            KEEP_STATES: self.retention.states,
            KEEP_ABSENT: self.retention.absent,
            INVENTORY_EDITS: "on" if self.inventory_edits else "off",
            TRACES: self.traces,
            MIN_FREE_MB: self.min_free_mb,
            SESSION_IDLE: self.session_idle_s,
            SESSION_LASTS: self.session_lasts_s,
            PUBLIC_URL: self.public_url,
            OIDC_CLIENT_SECRET: self.oidc_client_secret,
        }
        return {name: "" if value is None else str(value) for name, value in given.items()}

    @property
    def own_references(self) -> frozenset[str]:
        """References to what the service itself lives by."""
        own = (DATABASE_URL, BROKER_URL, "VAULT_TOKEN")
        keys = filter(None, (self.secrets_key, self.oidc_client_secret))
        return frozenset((*(f"env:{name}" for name in own), *keys))

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


def _lasting(environ: Mapping[str, str]) -> Lasting:
    """How long sessions hold: longer than a form takes to fill in, and not for ever."""
    lasts_s = _seconds(environ, SESSION_LASTS, LASTS_S)
    idle_s = _seconds(environ, SESSION_IDLE, max(SHORTEST_S, min(IDLE_S, lasts_s)))
    for variable, found, least, most in (
        (SESSION_IDLE, idle_s, SHORTEST_S, LONGEST_IDLE_S),
        (SESSION_LASTS, lasts_s, max(SHORTEST_S, idle_s), LONGEST_S),
    ):
        if not least <= found <= most:
            raise _refused(variable, f"{found:g}", f"{least:g} to {most:g} seconds")
    return Lasting(idle_s, lasts_s)


def _count(environ: Mapping[str, str], variable: str, default: int) -> int:
    text = environ.get(variable)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise _refused(variable, repr(text), "a whole number of at least 1")
    return int(text)


def _reference(environ: Mapping[str, str], variable: str) -> str | None:
    text = environ.get(variable)
    if not text:
        return None
    try:
        return str(SecretReference.parse(text))
    except ValueError as err:
        raise _refused(variable, str(err), FORMS) from None


def _public_url(environ: Mapping[str, str]) -> str | None:
    """Scheme, host and port as a browser says them in `Origin`."""
    text = environ.get(PUBLIC_URL)
    if not text:
        return None
    expected = "https://HOST or https://HOST:PORT, nothing after it; http:// on loopback alone"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(PUBLIC_URL, "no address", expected) from None
    shown = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}.get(parts.scheme)
    origin = f"{parts.scheme}://{shown}" + (f":{port}" if port not in {None, default} else "")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if (
        not _HOST.fullmatch(host)
        or not is_safe
        or text.lower().rstrip("/") not in {origin, f"{origin}:{default}"}
    ):
        raise _refused(PUBLIC_URL, repr(text.rpartition("@")[2]), expected)
    return origin


def _networks(environ: Mapping[str, str], variable: str) -> tuple[Network, ...]:
    names = [name.strip() for name in environ.get(variable, "").split(",")]
    try:
        return tuple(ip_network(name) for name in names if name)
    except ValueError as err:
        raise _refused(variable, str(err), "networks such as 10.0.0.0/8, with commas") from None


def _refused(variable: str, found: str, expected: str) -> InvalidInput:
    return InvalidInput(f"found {found}", where=variable, expected=expected)
