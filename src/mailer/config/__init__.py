"""config.toml: what can be set, read with the environment laid over it."""

from mailer.config.errors import ConfigError
from mailer.config.lists import ColumnSettings, ListSettings
from mailer.config.loading import Settings
from mailer.config.sending import DeliverySettings, DomainLimits, Relay, WarmUp
from mailer.config.service import AlarmSettings, ServiceSettings
from mailer.config.settings import SettingsShape
from mailer.config.site import DkimSettings
from mailer.config.table import Locale, Security, Table
from mailer.config.values import (
    Mailbox,
    Rate,
    is_loopback,
    parse_domain,
    parse_mailbox,
    parse_selector,
)
from mailer.config.workspace import Workspace, connections_to, rates_to

__all__ = [
    "AlarmSettings",
    "ColumnSettings",
    "ConfigError",
    "DeliverySettings",
    "DkimSettings",
    "DomainLimits",
    "ListSettings",
    "Locale",
    "Mailbox",
    "Rate",
    "Relay",
    "Security",
    "ServiceSettings",
    "Settings",
    "SettingsShape",
    "Table",
    "WarmUp",
    "Workspace",
    "connections_to",
    "is_loopback",
    "parse_domain",
    "parse_mailbox",
    "parse_selector",
    "rates_to",
]
