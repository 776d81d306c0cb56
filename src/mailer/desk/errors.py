"""What the publisher's desk cannot do as it was asked."""

from __future__ import annotations

from mailer.errors import InputError


class DkimKeyError(InputError):
    """A signing key cannot be made or shown as it was asked for."""


class WorkspaceExistsError(InputError):
    """There is a workspace already where one was to be made."""


class TemplateExistsError(InputError):
    """There is a template set already under the name that a new one was to have."""
