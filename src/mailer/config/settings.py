"""Every key of config.toml: its type, its default and what it means."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from mailer.config.values import (
    Mailbox,
    Rate,
    parse_domain,
    parse_duration,
    parse_mailbox,
    parse_rate,
    parse_rates,
    parse_selector,
)

Locale = Literal["fr", "en"]
Security = Literal["none", "starttls", "tls"]


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not a web address: write https://news.example.org")
    if parts.query or parts.fragment:
        raise ValueError("a base address has no ? and no #")
    return value.rstrip("/")


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"unknown time zone {value!r}: write one like Europe/Paris")
    return value


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"not an e-mail address: {error}") from None


WebAddress = Annotated[str, AfterValidator(_web_address)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Email = Annotated[str, AfterValidator(_email)]
Domain = Annotated[str, AfterValidator(parse_domain)]
Selector = Annotated[str, AfterValidator(parse_selector)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class Table(BaseModel):
    """A table of config.toml: a key it does not know is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )


class Site(Table):
    """The reader pages and who looks after them."""

    base_url: WebAddress = Field(
        "http://127.0.0.1:8025", description="The reader pages, as the world sees them."
    )
    editors: tuple[Email, ...] = Field(
        (), description="Who gets test copies, and later proofs, reports and alarms."
    )
    listen: str = Field("127.0.0.1", description="The address `mailer serve` listens on.")
    port: int = Field(
        0, ge=0, le=65535, description="Its port; 0 takes the one of base_url, or 8025."
    )


class Database(Table):
    """Where everything is kept."""

    url: str = Field(
        "sqlite:///var/mailer.db",
        repr=False,  # it may hold a password
        description="SQLite below the workspace, or postgresql+psycopg://user@host/name.",
    )


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


class Schedule(Table):
    """When a list's issues go out."""

    every: Literal["week", "fortnight", "month"]
    on: str
    at: str


class ColumnSettings(Table):
    """A standing column: what is the same each time it appears."""

    kicker: str = Field(description="The line above its title.")
    blurb: str = Field("", description="What the column is, in a sentence.")
    author: str = Field("", description="Who writes it.")
    photo: str = Field("", description="A picture beside config.toml, or nothing.")
    contact: str = Field("", description="How readers reach the author.")
    rhythm: str = Field("", description="How often it appears: «every 2 issues».")


class ListSettings(Table):
    """A publication people subscribe to."""

    title: str = Field(min_length=1, description="The name readers know.")
    sender: Annotated[Mailbox, BeforeValidator(parse_mailbox)] = Field(
        alias="from", description="The From line: Name <address>."
    )
    reply_to: Annotated[Mailbox | None, BeforeValidator(parse_mailbox)] = Field(
        None, description="Where answers go, where From does not receive them."
    )
    postal_address: str = Field(
        min_length=1, description="The publisher's postal address, shown in every mail."
    )
    contact: Email = Field(description="Where a reader reaches a person.")
    privacy_url: WebAddress = Field(description="The privacy notice.")
    description: str = Field("", description="One sentence for the pages where people sign up.")
    locale: Locale = Field("fr", description="The language of the list's frame.")
    timezone: TimeZone = Field("Europe/Paris", description="Dates are told in this zone.")
    template: str = Field(description="A folder of templates/.")
    list_id: str = Field("", description="The List-Id; by default the key at the sender's domain.")
    relays: tuple[str, ...] = Field(
        (), description="Names of [relays], tried side by side; by default all of them."
    )
    bounce_domain: str = Field(
        "",
        description="Where bounces go, each to an address of its own (VERP); below From's domain."
        " By default they go to From.",
    )
    opt_in: Literal["double"] = Field(
        "double", description="A sign-up counts once it was confirmed by mail."
    )
    tracking: tuple[()] = Field(
        (), description="Per-person opens, clicks and forwards: none in this version."
    )
    schedule: Schedule | None = Field(None, description="Read by a later version.")
    columns: dict[str, ColumnSettings] = Field({}, description="Standing columns by key.")

    @property
    def zone(self) -> ZoneInfo:
        """The list's time zone."""
        return ZoneInfo(self.timezone)


class DkimSettings(Table):
    """The keys that sign what leaves in a domain's name (RFC 6376)."""

    selector: Selector = Field(description="The name of the RSA key's record in DNS.")
    key_file: Path | None = Field(
        None, description="The RSA key; by default var/keys/dkim/<domain>.<selector>.pem."
    )
    ed25519_selector: Selector | None = Field(
        None, description="The name of an Ed25519 key's record, for a second signature."
    )
    ed25519_key_file: Path | None = Field(
        None, description="The Ed25519 key; by default beside the RSA key, by its own selector."
    )

    @model_validator(mode="after")
    def _two_keys_have_two_names(self) -> DkimSettings:
        if self.ed25519_selector is None and self.ed25519_key_file is not None:
            raise ValueError("ed25519_key_file has no ed25519_selector beside it")
        if self.ed25519_selector == self.selector:
            raise ValueError("two keys cannot share a record: give each a selector of its own")
        return self


class SandboxSettings(Table):
    """The local mail server that keeps what it gets."""

    port: int = Field(2525, ge=1, le=65535, description="Where it takes mail.")
    page_port: int = Field(8026, ge=1, le=65535, description="Where it shows its inbox.")


class SettingsShape(Table):
    """The whole file."""

    site: Site = Site()
    store: Database = Database()
    delivery: DeliverySettings = DeliverySettings()
    sandbox: SandboxSettings = SandboxSettings()
    dkim: dict[Domain, DkimSettings] = Field({}, description="Signing keys by sender's domain.")
    relays: dict[str, Relay] = Field(description="At least one mail server.")
    lists: dict[str, ListSettings] = Field(description="At least one list.")

    @field_validator("lists", "relays")
    @classmethod
    def _keys_are_plain(cls, value: dict[str, object]) -> dict[str, object]:
        if not value:
            raise ValueError("at least one is needed")
        for key in value:
            if not (key.isascii() and key.replace("-", "").isalnum() and key == key.lower()):
                raise ValueError(f"{key!r}: a key is made of a-z, 0-9 and -")
            if len(key) > 20:  # it stands in every URL of a mail
                raise ValueError(f"{key!r}: a key has at most 20 characters")
        return value

    @model_validator(mode="after")
    def _relays_exist(self) -> SettingsShape:
        for key, mailing_list in self.lists.items():
            for relay in mailing_list.relays:
                if relay not in self.relays:
                    raise ValueError(f"lists.{key}.relays: there is no relay {relay!r}")
        return self
