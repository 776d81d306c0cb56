"""Signing up: a wish is written down within limits, and worked on a moment later.

The answer never waits for what depends on the address, so neither its bytes nor its time tell
whether somebody is on the list: the owner of the address gets a mail instead.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import Connection

from mailer.audience import (
    Asked,
    Membership,
    ensure_list,
    is_within_limit,
    note_sign_up,
    take_sign_ups,
)
from mailer.audience import request as ask_to_join
from mailer.config import Rate
from mailer.consent import cut_ip, wording_id
from mailer.keys import Keys
from mailer.notices import Letter, already_subscribed, confirmation
from mailer.store.tables import Channel, SubscriptionStatus
from mailer.tokens import TokenPurpose
from mailer.web.forms import Wish
from mailer.web.letters import manage_url, write_to
from mailer.web.site import Site

_AT_ONCE = 50
ONE_MAIL_A = timedelta(days=1)


class TooManyError(Exception):
    """A network, or everybody together, asks for more than is allowed; where is not told."""


def sign_up(
    site: Site, request: Request, list_key: str, wish: Wish, locale: str, share_id: str | None
) -> None:
    """Write a wish down; raises TooManyError."""
    act = site.act(request, Channel.FORM)
    words = wish.words
    with site.writing() as (connection, now):
        keep_limits(connection, site, list_key, act.ip, now)
        asked = Asked(
            list_key=list_key,
            list_id=ensure_list(connection, list_key),
            address=wish.address,
            name=wish.name,
            locale=locale,
            wording_id=wording_id(connection, words.receive, locale, now=now),
            tracking={
                purpose: wording_id(connection, text, locale, now=now)
                for purpose, text in words.tracking.items()
            },
            share_id=share_id,
            act=act,
        )
        note_sign_up(connection, asked)


def write_sign_ups(site: Site) -> int:
    """Work on every sign-up that waits: ledger and mail; returns how many there were."""
    done = 0
    while True:
        with site.writing() as (connection, now):
            asked = take_sign_ups(connection, limit=_AT_ONCE)
            for one in asked:
                _work_on(connection, site, one, now)
        done += len(asked)
        if len(asked) < _AT_ONCE:
            return done


def mail_bucket(keys: Keys, address_key: str) -> str:
    """Where the mails are counted that strangers can cause an address to get."""
    return f"mail {keys.address_digest(address_key)}"


def may_write_to(connection: Connection, site: Site, address_key: str, now: datetime) -> bool:
    """One such mail an address and day, whichever list it is about."""
    bucket = mail_bucket(site.keys, address_key)
    return is_within_limit(connection, bucket, most=1, period=ONE_MAIL_A, now=now)


def keep_limits(
    connection: Connection, site: Site, list_key: str, ip: str | None, now: datetime
) -> None:
    """Count one more sign-up from a network, for a list; raises TooManyError."""
    settings = site.workspace.settings
    network = site.keys.address_digest(f"network {cut_ip(ip)}")
    # The network first: what it does beyond its own limit takes nothing from the list's.
    limits: tuple[tuple[str, Rate], ...] = (
        (f"network {network}", settings.site.sign_ups),
        (f"list {list_key}", settings.lists[list_key].sign_ups),
    )
    for bucket, rate in limits:
        period = timedelta(seconds=rate.seconds)
        if not is_within_limit(connection, bucket, most=rate.count, period=period, now=now):
            raise TooManyError


def _work_on(connection: Connection, site: Site, asked: Asked, now: datetime) -> None:
    if asked.list_key not in site.workspace.settings.lists:  # taken out of config.toml meanwhile
        return
    reader = ask_to_join(
        connection,
        site.keys,
        asked.address,
        asked.list_id,
        asked.act,
        name=asked.name,
        locale=asked.locale,
        wording_id=asked.wording_id,
        tracking=asked.tracking,
        share_id=asked.share_id,
    )
    if not may_write_to(connection, site, asked.address.key, now):
        return
    letter, cause = _letter(site, reader, asked.locale, now)
    write_to(connection, site, reader, letter, cause=cause, now=now, locale=asked.locale)


def _letter(site: Site, reader: Membership, locale: str, now: datetime) -> tuple[Letter, str]:
    """What the owner of the address is told, and its cause."""
    frame = site.frame(reader.list_key)
    if reader.status is SubscriptionStatus.ACTIVE:
        letter = already_subscribed(frame, locale, manage_url(site, reader))
        return letter, f"already:{reader.id}:{now:%Y-%m-%dT%H:%M:%S}"
    token = site.signer.sign(TokenPurpose.CONFIRM, reader.id, reader.consent_id)
    letter = confirmation(frame, locale, f"{frame.base_url}/k/{token}")
    return letter, f"confirmation:{reader.consent_id}:{now:%Y-%m-%dT%H:%M:%S}"
