"""[delivery] and [relays]: how mail leaves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from mailer.config.table import Duration, Security, Table
from mailer.config.values import Rate, parse_duration, parse_rate, parse_rates


class DeliverySettings(Table):
    """How campaigns leave."""

    workers: int = Field(1, ge=1, le=64, description="Processes that send.")
    in_doubt: Literal["resend", "hold"] = Field(
        "resend",
        description=(
            "What happens to a message whose connection was lost after its last line: sent "
            "again with the same Message-ID, or held for a person to decide."
        ),
    )
    batch_size: int = Field(500, ge=1, le=100_000, description="Deliveries taken at a time.")
    retry_after: Duration = Field(
        timedelta(minutes=15),
        description="The pause before a deferred delivery is tried again; doubled each time.",
    )
    retry_for: Duration = Field(
        timedelta(hours=48), description="How long a deferred delivery is tried before it failed."
    )


class WarmUp(Table):
    """How a new sending address earns its reputation: a few a day at first, then more."""

    start: date = Field(description="Its first day.")
    first_day: int = Field(500, ge=1, description="Messages on the first day.")
    growth: float = Field(1.5, ge=1.0, le=10.0, description="How many times more each day.")


class DomainLimits(Table):
    """What one recipient domain may get through a relay."""

    rate: Annotated[Rate | None, BeforeValidator(parse_rate)] = Field(
        None, description="At most so many messages to it, as in 2/s."
    )
    connections: int | None = Field(
        None, ge=1, le=100, description="At most so many messages to it on their way at once."
    )


class Relay(Table):
    """A mail server that takes our messages."""

    host: str = Field(description="Its name or address.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    security: Security = Field(
        "starttls", description="none (loopback only, or without a login), starttls or tls."
    )
    username: str = Field("", description="The login, where it wants one.")
    password: SecretStr = Field(
        SecretStr(""), description="Better in MAILER_RELAYS__MAIN__PASSWORD or password_file."
    )
    password_file: Path | None = Field(None, description="A file that holds the password.")
    ca_file: Path | None = Field(
        None, description="Certificate authorities to trust instead of the system's."
    )
    hello: str = Field("", description="The name we give in EHLO; by default our address there.")
    connections: int | None = Field(
        None, ge=1, le=100, description="At once; 10 to loopback, else 2 until set."
    )
    messages_per_connection: int | None = Field(
        None, ge=1, description="Then a new one is opened; by default as many as it takes."
    )
    rate: Annotated[tuple[Rate, ...], BeforeValidator(parse_rates)] = Field(
        (),
        description='At most so many messages: "5/s", or ["5/s", "1000/h", "10000/d"], the hour'
        " and the day sliding; else 5/s until set.",
    )
    warm_up: WarmUp | None = Field(
        None, description="A growing limit a day, for an address nobody knows yet."
    )
    weight: int = Field(1, ge=1, le=100, description="Its share where a list has several relays.")
    domains: dict[str, DomainLimits] = Field({}, description="Limits for single recipient domains.")
    timeout: Annotated[timedelta | None, BeforeValidator(parse_duration)] = Field(
        None, description="One limit for every wait, instead of those of RFC 5321."
    )
