"""[service] and [alarms]: what `mailer run` shows of itself, and whom it calls."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator

from mailer.config.table import Duration, Table
from mailer.config.values import parse_webhook, parse_webhook_secret


class ServiceSettings(Table):
    """What `mailer run` tells about itself: /healthz, /readyz and /metrics, for machines."""

    listen: str = Field(
        "127.0.0.1", description="The address of /healthz, /readyz and /metrics; not for the world."
    )
    port: int = Field(8027, ge=0, le=65535, description="Their port; 0 takes any that is free.")


class AlarmSettings(Table):
    """How the editors hear of what cannot wait, beside the mail to site.editors."""

    webhook: Annotated[str, AfterValidator(parse_webhook)] = Field(
        "", description="Called for every alarm: https, or http to this machine."
    )
    secret: SecretStr = Field(
        SecretStr(""),
        description="Signs the calls; better in MAILER_ALARMS__SECRET or secret_file.",
    )
    secret_file: Path | None = Field(None, description="A file that holds the secret.")
    relay_down_after: Duration = Field(
        timedelta(minutes=5), description="So long a mail server is down before it is an alarm."
    )

    @model_validator(mode="after")
    def _a_call_is_signed(self) -> AlarmSettings:
        secret = self.secret.get_secret_value()
        if self.webhook and not secret and self.secret_file is None:
            raise ValueError("a webhook is signed: set secret_file, or MAILER_ALARMS__SECRET")
        if secret:
            parse_webhook_secret(secret)
        return self
