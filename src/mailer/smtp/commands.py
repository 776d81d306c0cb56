"""An envelope -> its MAIL and RCPT lines, or the outcome that says why it cannot go this way."""

from __future__ import annotations

import re
from typing import Final

from mailer.smtp.capabilities import Capabilities
from mailer.smtp.envelope import Envelope, Kind, Outcome, Stage
from mailer.smtp.errors import LocalError

DATA: Final = b"DATA\r\n"
DOT: Final = b".\r\n"
RSET: Final = b"RSET\r\n"
QUIT: Final = b"QUIT\r\n"

_DOMAIN = r"(?:[A-Za-z0-9.\-]+|\[[A-Za-z0-9:.]+\])"
# RFC 5321 4.1.2: Mailbox. None of these lets CR, LF, NUL, space outside quotes or «>» through,
# so no address can end its line early or add a parameter.
_PLAIN = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.\-]+@{_DOMAIN}").fullmatch
_QUOTED = re.compile(rf'"(?:[ !#-\[\]-~]|\\[ -~])*"@{_DOMAIN}').fullmatch
# RFC 6531 3.3: the same with any character beyond ASCII (C1 controls apart), in both halves.
_WIDE = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a0-\ud7ff\ue000-\U0010ffff]+"
    r"@[A-Za-z0-9.\-\u00a0-\ud7ff\ue000-\U0010ffff]+"
).fullmatch
_NOT_XTEXT = re.compile(rb"[^!-*,-<>-~]")  # RFC 3461 4: + and = and what is not printable


def opening(envelope: Envelope, offers: Capabilities) -> tuple[bytes, bytes] | Outcome:
    """The MAIL and RCPT lines for a server that offers this.

    An Outcome instead says that the message can never go to this server; nothing was sent.
    Raises LocalError when our own sender address is unusable: that is no reader's fault.
    """
    sender, recipient, octets = envelope.sender, envelope.recipient, len(envelope.content)
    if sender and not _is_mailbox(sender):
        raise LocalError(f"the envelope sender is no address: {sender!r}")
    if not _is_mailbox(recipient):
        return _failed(envelope, Stage.RCPT, "the recipient's address cannot stand in a command")
    if offers.size and octets > offers.size:  # RFC 1870 6.1: obeyed before sending
        return _failed(
            envelope,
            Stage.MAIL,
            f"the message has {octets} octets, the relay takes at most {offers.size}",
        )
    parameters = f" SIZE={octets}" if offers.size is not None else ""
    if envelope.smtputf8 or not (sender.isascii() and recipient.isascii()):
        if not offers.smtputf8:  # RFC 6531 3.2: must not be sent to a server without it
            return _failed(envelope, Stage.MAIL, "the relay does not offer SMTPUTF8, needed here")
        parameters += " SMTPUTF8"
    notify = ""
    if envelope.envid and offers.dsn:  # RFC 3461 4.1, 4.3, 4.4
        parameters += f" RET=HDRS ENVID={_xtext(envelope.envid)}"
        notify = " NOTIFY=FAILURE"
    return (
        f"MAIL FROM:<{sender}>{parameters}\r\n".encode(),
        f"RCPT TO:<{recipient}>{notify}\r\n".encode(),
    )


def _is_mailbox(address: str) -> bool:
    return bool(_PLAIN(address) or _WIDE(address) or _QUOTED(address))


def _failed(envelope: Envelope, stage: Stage, why: str) -> Outcome:
    return Outcome(envelope, Kind.FAILED, stage, None, why)


def _xtext(text: str) -> str:
    """RFC 3461 4: the characters that would end a parameter, as +XX."""
    found = _NOT_XTEXT.sub(lambda hit: b"+%02X" % hit[0][0], text.encode())
    return found.decode("ascii")
