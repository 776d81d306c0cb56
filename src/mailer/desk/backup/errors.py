"""What can keep a backup from being taken or put back."""

from __future__ import annotations

from mailer.errors import InputError


class BackupError(InputError):
    """A backup cannot be taken, read or put back; nothing was changed."""
