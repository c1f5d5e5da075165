"""Where the embedded broker of a state folder listens: a unix socket for its owner alone.

The address follows from the folder, so every process that is given the folder finds the broker,
also after another one took over running it. There is no TCP port: nobody else's process can reach
it, and no password has to be kept.
"""

import hashlib
import os
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.errors import StoreError

LONGEST_SOCKET_PATH = 100
"""Bytes; the system's limit is 108 (Linux) or 104 (macOS)."""

_SCHEME = "redis+socket"
_PING_S = 2.0


def socket_path(state_dir: Path) -> Path:
    """The socket of a state folder; in the temporary folder where its own path is too long."""
    path = state_dir / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"aprejoin-{os.getuid()}-{digest}" / "broker.sock"


def embedded_url(state_dir: Path) -> str:
    """The broker URL of a state folder, as Celery wants it."""
    return f"{_SCHEME}://{quote(str(socket_path(state_dir)))}"


def prepare_socket_folder(path: Path) -> None:
    """Make sure that the folder of a socket is there and only its owner's.

    Raises:
        StoreError: somebody else made that folder, or it is open to others.
    """
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as err:
        raise StoreError(f"{folder}: no folder for the broker's socket ({err.strerror})") from err
    if found.st_uid != os.getuid():
        raise StoreError(f"{folder}: belongs to somebody else; set TMPDIR or APREJOIN_STATE_DIR")


def client(broker_url: str, *, timeout_s: float = _PING_S) -> redis.Redis:
    """A client of a broker, for what Celery does not offer: asking whether it lives."""
    parts = urlsplit(broker_url)
    if parts.scheme == _SCHEME:
        return redis.Redis(
            unix_socket_path=unquote(parts.path), socket_timeout=timeout_s, retry=_once()
        )
    return redis.Redis.from_url(
        broker_url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=_once()
    )


def _once() -> Retry:
    """No retries: who asks whether a broker lives wants the answer now."""
    return Retry(NoBackoff(), 0)


def shut_down(broker_url: str) -> None:
    """Tell a broker to end; its append-only file is complete."""
    with suppress(redis.RedisError, OSError), closing(client(broker_url)) as link:
        link.shutdown(nosave=True)


def answers(broker_url: str) -> bool:
    """Whether a broker answers now."""
    try:
        with closing(client(broker_url)) as link:
            return bool(link.ping())
    except (redis.RedisError, OSError):
        return False
