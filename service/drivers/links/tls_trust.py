"""What vouches for controllers over TLS: loaded once, shared by all connections of a process.

The certificates that requests brings along take 18 ms of processor time to load (2026-11-23), and
requests loads them for each connection. A file that was written since is loaded anew; connections
that stand keep what they were made with. Nobody changes a context once it is shared: OpenSSL does
not guard its settings, and urllib3 makes one of them again with each connection.
"""

import ssl
import sys
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

ALPN = ["http/1.1"]
MOST_FILES = 64
Stamp = tuple[int, int, int]
_loading = Lock()


class _Shared(ssl.SSLContext):
    """A context that no connection changes."""

    def set_alpn_protocols(self, alpn_protocols: object) -> None:
        """It was set when the context was made, to what urllib3 asks for each time."""


def trust(ca: str | None, *, insecure: bool) -> ssl.SSLContext:
    """What a connection goes by.

    Args:
        ca: a file, or a folder, of certificates; None: those that requests brings along.
        insecure: take any certificate.

    Raises:
        OSError: there is no such file, or no certificate in it.
    """
    path = None if insecure else ca or DEFAULT_CA_BUNDLE_PATH
    with _loading:  # so that a hundred threads that begin at once load it once
        return _context(path, _stamp(path))


def _stamp(path: str | None) -> Stamp | None:
    """What changes with what is in a file; another one put in its place counts, too."""
    if path is None:
        return None
    told = Path(path).stat()
    return told.st_mtime_ns, told.st_size, told.st_ino


@lru_cache(maxsize=MOST_FILES)
def _context(path: str | None, _stamp: Stamp | None) -> ssl.SSLContext:
    """As urllib3 makes its own (`create_urllib3_context`). `path`: None: nothing is verified."""
    context = _Shared(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.hostname_checks_common_name = False
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    ssl.SSLContext.set_alpn_protocols(context, ALPN)
    if path is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif Path(path).is_dir():
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)
    return context


class TrustAdapter(HTTPAdapter):
    """Connections that go by one context, into which nothing more is loaded."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # requests' own
        """Make connections with the context."""
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)

    def cert_verify(self, *_untouched: object) -> None:
        """Leave the connection as it is; requests would name it a file to load."""
