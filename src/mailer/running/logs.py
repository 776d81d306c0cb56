"""The service's log: lines of JSON where a machine reads it, and nobody's address in it."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from mailer.address import without_addresses

# Libraries are heard when something is wrong; their every step is nobody's business.
QUIET = ("uvicorn", "uvicorn.error", "apscheduler", "asyncio", "alembic")


def set_up_logs() -> None:
    """Log to standard error: JSON, or for a person where that is a terminal."""
    is_terminal = sys.stderr.isatty()
    render: Processor = (
        structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # A terminal's renderer shows exceptions itself.
    tell_faults: list[Processor] = [] if is_terminal else [structlog.processors.format_exc_info]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *tell_faults,
                blot_out_addresses,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def blot_out_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Servers and exceptions repeat addresses; a log is no place for them (GDPR 5(1)(c))."""
    return {key: _blotted(value) for key, value in event.items()}


def _blotted(value: Any) -> Any:
    if isinstance(value, str):
        return without_addresses(value)
    if isinstance(value, int | float | None):
        return value
    if isinstance(value, dict):
        return {key: _blotted(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_blotted(one) for one in value]
    return value if isinstance(value, BaseException) else without_addresses(str(value))
