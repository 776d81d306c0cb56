"""A local SMTP server that keeps what it gets, with a page that shows it."""

from mailer.sandbox.errors import SandboxError
from mailer.sandbox.maildir import Kept, Maildir
from mailer.sandbox.server import Sandbox

__all__ = ["Kept", "Maildir", "Sandbox", "SandboxError"]
