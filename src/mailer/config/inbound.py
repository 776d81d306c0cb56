"""[inbound]: the mailbox that answers to our mail reach."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, model_validator

from mailer.config.table import Duration, Email, Security, Table
from mailer.config.values import is_loopback

LONGEST_LOCAL_PART = 64 - len("+") - 40
"""RFC 5321 4.5.3.1.1, less what a signed token needs."""


class InboundSettings(Table):
    """One mailbox, a maildir or on an IMAP server, for machines alone to read."""

    address: Email | None = Field(
        None,
        description="An address that reaches it, also with + and more before the @; then it"
        " stands in List-Unsubscribe as well.",
    )
    maildir: Path | None = Field(None, description="A maildir on this machine.")
    imap_host: str = Field("", description="Or an IMAP server's name or address.")
    imap_port: int = Field(993, ge=1, le=65535, description="Its port.")
    imap_security: Security = Field("tls", description="tls, starttls or, to loopback only, none.")
    ca_file: Path | None = Field(
        None, description="Certificate authorities to trust instead of the system's."
    )
    username: str = Field("", description="The login there.")
    password: SecretStr = Field(
        SecretStr(""), description="Better in MAILER_INBOUND__PASSWORD or password_file."
    )
    password_file: Path | None = Field(None, description="A file that holds the password.")
    folder: str = Field("INBOX", description="The folder to read.")
    done: str = Field("", description="A folder for what was acted on; by default it is deleted.")
    every: Duration = Field(timedelta(minutes=1), description="How often it is read.")

    @property
    def is_set(self) -> bool:
        """Whether there is a mailbox to read."""
        return self.maildir is not None or bool(self.imap_host)

    @model_validator(mode="after")
    def _one_mailbox(self) -> InboundSettings:
        if self.maildir is not None and self.imap_host:
            raise ValueError("maildir and imap_host exclude each other")
        if self.address is not None and not self.is_set:
            raise ValueError("address needs a maildir or an imap_host, else nobody reads its mail")
        if self.imap_security == "none" and self.imap_host and not is_loopback(self.imap_host):
            raise ValueError("imap_security: a password goes in clear text to loopback only")
        if self.address and len(self.address.partition("@")[0]) > LONGEST_LOCAL_PART:
            raise ValueError(
                f"address: {LONGEST_LOCAL_PART} characters before the @ are the most that leave"
                " room for a signature (RFC 5321 4.5.3.1.1)"
            )
        return self
