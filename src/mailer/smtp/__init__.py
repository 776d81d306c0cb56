"""SMTP client: a pipelined sans-I/O protocol, and the one driver that gives it a socket."""

from mailer.smtp.capabilities import Capabilities, parse_capabilities
from mailer.smtp.envelope import Envelope, Kind, Outcome, Stage
from mailer.smtp.errors import (
    AuthError,
    ClosingError,
    GreetingError,
    LocalError,
    LostError,
    RelayError,
    RemoteError,
    TimedOutError,
    TlsError,
    UnreachableError,
)
from mailer.smtp.feed import Feed
from mailer.smtp.pipeline import Pipeline
from mailer.smtp.relay import RelayAddress, Security, Timeouts
from mailer.smtp.replies import Reply, ReplyReader
from mailer.smtp.session import Session, open_session
from mailer.smtp.table import OURS, ROWS, TABLE, THEIRS, Effect, Event, Row, State
from mailer.smtp.visiting import Visit, visit

__all__ = [
    "OURS",
    "ROWS",
    "TABLE",
    "THEIRS",
    "AuthError",
    "Capabilities",
    "ClosingError",
    "Effect",
    "Envelope",
    "Event",
    "Feed",
    "GreetingError",
    "Kind",
    "LocalError",
    "LostError",
    "Outcome",
    "Pipeline",
    "RelayAddress",
    "RelayError",
    "RemoteError",
    "Reply",
    "ReplyReader",
    "Row",
    "Security",
    "Session",
    "Stage",
    "State",
    "TimedOutError",
    "Timeouts",
    "TlsError",
    "UnreachableError",
    "Visit",
    "open_session",
    "parse_capabilities",
    "visit",
]
