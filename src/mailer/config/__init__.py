"""config.toml: what can be set, read with the environment laid over it."""

from mailer.config.calendar import DayOfMonth, Days, Extra
from mailer.config.cron import Cron
from mailer.config.errors import ConfigError
from mailer.config.inbound import InboundSettings
from mailer.config.lists import ColumnSettings, ListSettings
from mailer.config.loading import Settings
from mailer.config.rhythm import issues_apart
from mailer.config.schedules import Schedule
from mailer.config.sending import DeliverySettings, DomainLimits, Relay, WarmUp
from mailer.config.service import AlarmSettings, ServiceSettings
from mailer.config.settings import SettingsShape
from mailer.config.shape import nearest
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
    "Cron",
    "DayOfMonth",
    "Days",
    "DeliverySettings",
    "DkimSettings",
    "DomainLimits",
    "Extra",
    "InboundSettings",
    "ListSettings",
    "Locale",
    "Mailbox",
    "Rate",
    "Relay",
    "Schedule",
    "Security",
    "ServiceSettings",
    "Settings",
    "SettingsShape",
    "Table",
    "WarmUp",
    "Workspace",
    "connections_to",
    "is_loopback",
    "issues_apart",
    "nearest",
    "parse_domain",
    "parse_mailbox",
    "parse_selector",
    "rates_to",
]
