"""Logs are events with fields, on stderr: for people, or one JSON object a line.

Whoever logs is responsible for logging no secret; the redaction here is the net below: the value of
a key that sounds like a secret is replaced, at any depth, and so is a password inside an address.
Records of libraries (the standard logging module) take the same way.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Literal, TextIO, TypeAlias

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from service.ports.correlation import current

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Form: TypeAlias = Literal["console", "json"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
REDACTED = "(redacted)"
_SECRET_KEY = re.compile(
    r"(^|[_-])pass$|passw(or)?d|passphrase|secret|communit|token|credential|authorization|api_?key|private_?key"
    r"|snmp_(auth|priv)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s/@:]*:)[^\s/@]+(?=@)", re.IGNORECASE)
_DEEPEST = 8
_QUIET = (
    *("paramiko", "ncclient", "urllib3", "amqp", "kombu", "asyncio"),
    "alembic.runtime.plugins",
    *("celery.worker.strategy", "celery.app.trace"),  # two lines a job; failures are errors
)


def configure_logs(
    *,
    level: Level = "info",
    form: Form = "console",
    stream: TextIO | None = None,
) -> None:
    """Send every log of this process to one stream (default stderr), redacted, in UTC."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_correlation,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(shared, form, stream or sys.stderr))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:  # below that they print packets, bodies and routine
        logging.getLogger(name).setLevel(logging.WARNING)


def logs_of_commands(environ: Mapping[str, str]) -> None:
    """What a command logs beside its own words: warnings, or as much as the environment asks for.

    A bad value is for the command to refuse, in its own form.
    """
    asked = environ.get("APREJOIN_LOG_LEVEL")
    level: Level = "warning"
    for known in LEVELS:
        level = known if known == asked else level
    form: Form = "json" if environ.get("APREJOIN_LOG_FORMAT") == "json" else "console"
    configure_logs(level=level, form=form)


def add_correlation(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A processor that says what the work goes back to, and in which trace, where that is known."""
    correlation = current()
    if correlation is not None:
        event.setdefault("correlation", correlation.id)
        if correlation.trace_id:
            event.setdefault("trace", correlation.trace_id)
    return event


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A processor that drops the values of keys which sound like a secret."""
    return {key: _clean(key, value, _DEEPEST) for key, value in event.items()}


def _formatter(
    shared: list[Processor], form: str, stream: TextIO
) -> structlog.stdlib.ProcessorFormatter:
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        last += [
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(default=str),
        ]
    else:
        last += [
            structlog.processors.format_exc_info,
            redact,
            structlog.dev.ConsoleRenderer(colors=stream.isatty()),
        ]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)


def _clean(key: str, value: object, depth: int) -> object:
    if _SECRET_KEY.search(key):
        return value if value is None or isinstance(value, bool) else REDACTED
    return _clean_value(value, depth)


def _clean_value(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _ADDRESS.sub(rf"\g<before>{REDACTED}", value)
    if depth == 0:
        return value if isinstance(value, int | float | None) else REDACTED
    if isinstance(value, Mapping):
        return {str(k): _clean(str(k), v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean_value(item, depth - 1) for item in value]
    return value
