"""A workspace: its settings and where its things lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailer.config.errors import ConfigError
from mailer.config.inbound import InboundSettings
from mailer.config.lists import ListSettings
from mailer.config.loading import SHARED, Settings, list_settings, load_settings
from mailer.config.sending import Relay
from mailer.config.values import Rate, is_loopback, parse_webhook_secret
from mailer.errors import Where

# Towards the world we are careful until config.toml says more.
CAREFUL_CONNECTIONS = 2
CAREFUL_RATE = Rate(5, 1)
LOOPBACK_CONNECTIONS = 10


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder of config.toml."""

    file: Path
    settings: Settings

    @classmethod
    def open(cls, file: Path) -> Workspace:
        """The workspace of that config.toml; raises ConfigError."""
        return cls(file.resolve(), load_settings(file))

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.file.parent

    @property
    def templates(self) -> Path:
        """The template sets."""
        return self.root / "templates"

    @property
    def shared_templates(self) -> Path:
        """What every set is completed from."""
        return self.templates / SHARED

    @property
    def issues(self) -> Path:
        """The issue folders."""
        return self.root / "issues"

    @property
    def var(self) -> Path:
        """What the mailer makes itself."""
        return self.root / "var"

    @property
    def keys(self) -> Path:
        """The secrets."""
        return self.var / "keys"

    def dkim_key(self, domain: str, selector: str) -> Path:
        """Where a signing key lies unless config.toml names another file."""
        return self.keys / "dkim" / f"{domain}.{selector}.pem"

    def dkim_keys(self, domain: str) -> tuple[tuple[str, Path], ...]:
        """Selector and file of each key that signs for a domain, RSA first; none, if none does."""
        settings = self.settings.dkim.get(domain)
        if settings is None:
            return ()
        named = [(settings.selector, settings.key_file)]
        if settings.ed25519_selector:
            named.append((settings.ed25519_selector, settings.ed25519_key_file))
        return tuple(
            (selector, self.root / file if file else self.dkim_key(domain, selector))
            for selector, file in named
        )

    @property
    def seals(self) -> Path:
        """Copies of the ledger's seals."""
        return self.var / "seals"

    @property
    def journals(self) -> Path:
        """What the workers wrote down first."""
        return self.var / "journal"

    @property
    def store_url(self) -> str:
        """The database's URL, a relative SQLite path being below the workspace."""
        url = self.settings.store.url
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return f"{prefix}{self.root / url.removeprefix(prefix)}"
        return url

    def list(self, key: str) -> ListSettings:
        """The list of that key; raises ConfigError naming the nearest one there is."""
        return list_settings(self.settings, key, self.file)

    def relays(self, mailing_list: ListSettings) -> dict[str, Relay]:
        """The relays of a list by name: those it names, or all."""
        known = self.settings.relays
        return {name: known[name] for name in mailing_list.relays or known}

    def is_local(self, mailing_list: ListSettings) -> bool:
        """Whether none of a list's relays can take a message off this machine."""
        return all(is_loopback(relay.host) for relay in self.relays(mailing_list).values())

    def password(self, of: Relay | InboundSettings) -> str:
        """The password there, from the environment or its file; raises ConfigError."""
        if of.password_file is None:
            return of.password.get_secret_value()
        return self._secret_in(of.password_file, "password_file")

    def webhook_secret(self) -> bytes:
        """What signs calls to the webhook, from the environment or its file; raises ConfigError."""
        alarms = self.settings.alarms
        text = alarms.secret.get_secret_value()
        if alarms.secret_file is not None:
            text = self._secret_in(alarms.secret_file, "secret_file")
        try:
            return parse_webhook_secret(text)
        except ValueError as error:
            where = Where(self.root / (alarms.secret_file or self.file))
            raise ConfigError(str(error), where=where) from None

    def _secret_in(self, file: Path, key: str) -> str:
        path = self.root / file
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{key} cannot be read: {error}", where=Where(path)) from None


def connections_to(relay: Relay) -> int:
    """How many connections at once."""
    careful = LOOPBACK_CONNECTIONS if is_loopback(relay.host) else CAREFUL_CONNECTIONS
    return relay.connections or careful


def rates_to(relay: Relay) -> tuple[Rate, ...]:
    """The rates to keep; none means no limit."""
    return relay.rate or (() if is_loopback(relay.host) else (CAREFUL_RATE,))
