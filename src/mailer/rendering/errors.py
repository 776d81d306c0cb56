"""What can be wrong with a template, or with filling it."""

from mailer.errors import InputError


class TemplateError(InputError):
    """A template cannot be used as it is written."""


class FillError(InputError):
    """A value cannot stand where a template puts it."""
