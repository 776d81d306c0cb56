"""Reading the mailbox: who asks to leave by mail has left when the message is taken away."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from mailer.audience import Act, Membership, get_person, membership_of
from mailer.campaigns import addressee, leaving_use
from mailer.clock import Clock
from mailer.config import Workspace
from mailer.inbound.boxes import Arrived
from mailer.inbound.header import is_reply_of_a_robot, parse_header, recipients
from mailer.inbound.opening import open_box
from mailer.keys import Keys
from mailer.notices import part
from mailer.store import Store
from mailer.store.tables import Channel
from mailer.tokens import Signer, Use

log = structlog.get_logger("inbound")


@dataclass(slots=True)
class Tally:
    """What one reading of the mailbox came to."""

    left: int = 0
    """Readers whose subscription ended."""
    again: int = 0
    """Messages of readers who had left already, or are known no more."""
    other: int = 0
    """Messages that ask for nothing: marked as read, left to people."""

    @property
    def read(self) -> int:
        """All messages that were read."""
        return self.left + self.again + self.other


def read_mailboxes(workspace: Workspace, store: Store, keys: Keys, clock: Clock) -> Tally:
    """Act on what arrived in the mailbox of config.toml since the last time; nothing without one.

    Made to be called every `inbound.every` by what stays alive, in a thread: it waits for disk and
    network. Each message is acted on in a transaction of its own and taken away after the commit
    only: interrupted anywhere, the next reading does what is left, and nothing twice. By several
    processes at once it is safe too. Raises InboundError, StoreError.
    """
    tally = Tally()
    box = open_box(workspace)
    if box is None:
        return tally
    with box as opened:
        for message in opened.arrived():
            use = _asks_to_leave(workspace, keys, message)
            if use is None:
                opened.leave_be(message.name)
                tally.other += 1
                continue
            if _leave(workspace, store, keys, use, clock):
                tally.left += 1
            else:
                tally.again += 1
            opened.finish(message.name)
    if tally.read:
        log.info("mailbox read", left=tally.left, again=tally.again, other=tally.other)
    return tally


def _asks_to_leave(workspace: Workspace, keys: Keys, message: Arrived) -> Use | None:
    """The copy whose reader asks to leave; None where nobody does."""
    address = workspace.settings.inbound.address
    header = parse_header(message.header)
    if address is None or is_reply_of_a_robot(header):
        return None
    signer = Signer(keys.links)
    found = (leaving_use(signer, address, recipient) for recipient in recipients(header))
    return next((use for use in found if use is not None), None)


def _leave(workspace: Workspace, store: Store, keys: Keys, use: Use, clock: Clock) -> bool:
    """Withdraw for the reader of that copy; returns whether something changed."""
    if use.is_test:
        return False
    act = Act(at=clock(), channel=Channel.MAIL, place="mailto")
    with store.write() as connection:
        reader = _reader(connection, use)
        if reader is None:
            return False
        after = part(connection, workspace, keys, reader, act)
    return after.consent_id != reader.consent_id


def _reader(connection: Connection, use: Use) -> Membership | None:
    found = addressee(connection, use.campaign, use.delivery)
    person = get_person(connection, found[0]) if found else None
    return membership_of(connection, person, found[1]) if found and person else None
