"""config.toml: what can be set, read with the environment laid over it."""

from mailer.config.errors import ConfigError
from mailer.config.loading import Settings
from mailer.config.settings import (
    ColumnSettings,
    DeliverySettings,
    DomainLimits,
    ListSettings,
    Relay,
    SettingsShape,
    Table,
    WarmUp,
)
from mailer.config.values import Mailbox, Rate
from mailer.config.workspace import Workspace, connections_to, is_loopback, rates_to

__all__ = [
    "ColumnSettings",
    "ConfigError",
    "DeliverySettings",
    "DomainLimits",
    "ListSettings",
    "Mailbox",
    "Rate",
    "Relay",
    "Settings",
    "SettingsShape",
    "Table",
    "WarmUp",
    "Workspace",
    "connections_to",
    "is_loopback",
    "rates_to",
]
