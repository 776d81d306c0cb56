"""[consent]: the ledger and its seals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, model_validator

from mailer.config.table import Duration, Table, WebAddress


class ConsentSettings(Table):
    """The ledger and its seals."""

    seal_every: Duration = Field(
        timedelta(hours=1), description="How often new ledger entries are sealed."
    )
    timestamp_url: WebAddress | None = Field(
        None, description="A time-stamping authority that attests each seal (RFC 3161)."
    )
    timestamp_certificate: Path | None = Field(
        None, description="The root certificate of that authority, as a PEM file."
    )

    @model_validator(mode="after")
    def _stamps_can_be_checked(self) -> ConsentSettings:
        if (self.timestamp_url is None) != (self.timestamp_certificate is None):
            raise ValueError("timestamp_url and timestamp_certificate go together")
        return self
