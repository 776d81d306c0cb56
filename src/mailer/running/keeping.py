"""What is done now and then beside the sending: new entries sealed, the mailbox read."""

from __future__ import annotations

import asyncio

import structlog

from mailer.consent import authority_of, seal
from mailer.errors import MailerError
from mailer.inbound import read_mailboxes
from mailer.running.child import Child

log = structlog.get_logger("service")


async def keep_sealing(child: Child) -> None:
    """Seal the ledger's new entries every `consent.seal_every`, until told to stop."""
    dispatch = child.dispatch
    settings = dispatch.workspace.settings.consent
    authority = authority_of(dispatch.workspace)
    while not child.stopping.is_set():
        try:
            made = await asyncio.to_thread(
                seal,
                dispatch.store,
                dispatch.workspace.seals,
                dispatch.clock,
                stamp=authority.stamp if authority else None,
            )
            for one in made:
                log.info("ledger sealed", seal=one.number, entries=one.count, head=one.head)
        except (MailerError, OSError) as error:
            log.warning("the ledger is not sealed", why=str(error))
        await child.rest(child.machine_time(settings.seal_every).total_seconds())


async def keep_reading(child: Child) -> None:
    """Read the mailbox every `inbound.every`, until told to stop."""
    dispatch = child.dispatch
    settings = dispatch.workspace.settings.inbound
    while settings.is_set and not child.stopping.is_set():
        try:
            await asyncio.to_thread(
                read_mailboxes,
                dispatch.workspace,
                dispatch.store,
                dispatch.keys,
                dispatch.clock,
            )
        except MailerError as error:
            log.warning("the mailbox is not read", why=error.what, mend=error.mend)
        await child.rest(settings.every.total_seconds())
