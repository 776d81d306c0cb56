"""What cannot be said in a message, refused before a byte of it exists."""

from __future__ import annotations

from mailer.errors import InputError


class HeaderError(InputError):
    """This value cannot stand in a header: it ends the line, or is not what the field holds."""


class BodyError(InputError):
    """This text cannot stand in a body: it would not arrive as it was written."""


class SigningKeyError(InputError):
    """This is not a key that mail can be signed with."""
