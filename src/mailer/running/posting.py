"""Emptying the outbox while the pages are served: notices leave within a second or two."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from mailer.delivery import Dispatch
from mailer.errors import MailerError
from mailer.notices import next_notice_due
from mailer.web import Site, greet_returned, write_sign_ups

LOOK_SECONDS = 1.0
LONGEST_PAUSE = 60.0

log = structlog.get_logger("outbox")


async def keep_signing_up(site: Site, stopping: asyncio.Event) -> None:
    """Work on what forms asked for, and greet who returns, until told to stop; then once more."""
    while True:
        is_last = stopping.is_set()
        try:
            await asyncio.to_thread(write_sign_ups, site)
            await asyncio.to_thread(greet_returned, site)
        except MailerError as error:
            log.warning("sign-ups wait", why=error.what)
        if is_last:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await stopping.wait()


async def keep_posting(dispatch: Dispatch, stopping: asyncio.Event) -> None:
    """Send what is due until told to stop; a relay that is down is asked less and less often."""
    await asyncio.to_thread(dispatch.recover)
    pause = LOOK_SECONDS
    while not stopping.is_set():
        try:
            await _post_what_is_due(dispatch)
            pause = LOOK_SECONDS
        except MailerError as error:
            pause = min(pause * 2, LONGEST_PAUSE)
            log.warning("notices wait", why=error.what, next_try_in=pause)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stopping.wait()


async def _post_what_is_due(dispatch: Dispatch) -> None:
    if not await asyncio.to_thread(_is_due, dispatch):
        return
    for list_key in _one_list_a_relay(dispatch):
        tally = await dispatch.notices(list_key)
        if tally.accepted or tally.failed:
            log.info("notices left", accepted=tally.accepted, failed=tally.failed)


def _is_due(dispatch: Dispatch) -> bool:
    lists = list(dispatch.workspace.settings.lists)
    with dispatch.store.read() as connection:
        due = next_notice_due(connection, lists)
    return due is not None and due <= dispatch.clock()


def _one_list_a_relay(dispatch: Dispatch) -> list[str]:
    workspace = dispatch.workspace
    by_relays: dict[tuple[str, ...], str] = {}
    for key, mailing_list in workspace.settings.lists.items():
        by_relays.setdefault(tuple(sorted(workspace.relays(mailing_list))), key)
    return list(by_relays.values())
