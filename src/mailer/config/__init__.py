"""config.toml: what can be set, read with the environment laid over it."""

from mailer.config.loading import ConfigError, Settings
from mailer.config.settings import (
    ColumnSettings,
    DeliverySettings,
    ListSettings,
    Relay,
    SettingsShape,
    Table,
)
from mailer.config.values import Mailbox, Rate
from mailer.config.workspace import Workspace, connections_to, is_loopback, rate_to

__all__ = [
    "ColumnSettings",
    "ConfigError",
    "DeliverySettings",
    "ListSettings",
    "Mailbox",
    "Rate",
    "Relay",
    "Settings",
    "SettingsShape",
    "Table",
    "Workspace",
    "connections_to",
    "is_loopback",
    "rate_to",
]
