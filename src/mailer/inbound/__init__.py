"""Mail that comes back: read from a maildir or an IMAP server, and acted on."""

from mailer.inbound.boxes import Box, InboundError
from mailer.inbound.opening import open_box
from mailer.inbound.reading import Tally, read_mailboxes

__all__ = ["Box", "InboundError", "Tally", "open_box", "read_mailboxes"]
