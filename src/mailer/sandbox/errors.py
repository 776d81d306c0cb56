"""Why a sandbox cannot run."""

from mailer.errors import MailerError


class SandboxError(MailerError):
    """The sandbox cannot listen where it was told to."""
