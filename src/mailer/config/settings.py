"""config.toml as a whole: every table by its name, and what they must agree on."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from mailer.config.consent import ConsentSettings
from mailer.config.inbound import InboundSettings
from mailer.config.lists import ListSettings
from mailer.config.sending import DeliverySettings, Relay
from mailer.config.service import AlarmSettings, ServiceSettings
from mailer.config.site import Database, DkimSettings, SandboxSettings, Site
from mailer.config.table import Domain, Table


class SettingsShape(Table):
    """The whole file."""

    site: Site = Site()
    store: Database = Database()
    consent: ConsentSettings = ConsentSettings()
    delivery: DeliverySettings = DeliverySettings()
    inbound: InboundSettings = InboundSettings()
    sandbox: SandboxSettings = SandboxSettings()
    service: ServiceSettings = ServiceSettings()
    alarms: AlarmSettings = AlarmSettings()
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
