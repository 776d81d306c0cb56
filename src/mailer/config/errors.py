"""What can be wrong with a configuration."""

from mailer.errors import InputError


class ConfigError(InputError):
    """config.toml, or a variable that overrides it, cannot be used."""
