"""[site], [store], [sandbox] and [dkim]: the house itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, model_validator

from mailer.config.table import Duration, Email, Network, OneRate, Selector, Table, WebAddress
from mailer.config.values import Rate


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
    trusted_proxies: tuple[Network, ...] = Field(
        (),
        description="Addresses or networks of our own proxies: only from them X-Forwarded-For is"
        " read.",
    )
    sign_ups: OneRate = Field(
        Rate(30, 3600), description="At most so many sign-ups from one network (/24, or /48)."
    )
    old_links: Duration = Field(
        timedelta(days=730),
        ge=timedelta(days=365),
        description="How long the links of old mails work after `mailer keys rotate`; a year at"
        " least.",
    )


class Database(Table):
    """Where everything is kept."""

    url: str = Field(
        "sqlite:///var/mailer.db",
        repr=False,  # it may hold a password
        description="SQLite below the workspace, or postgresql+psycopg://user@host/name.",
    )


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
