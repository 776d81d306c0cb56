"""Choosing: what a reader changes about their letters, and the mail that tells them it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import Connection

from mailer.audience import (
    Membership,
    asked_purposes,
    change_locale,
    choose_tracking,
    is_within_limit,
    leave,
    list_id,
    membership_of,
    pause,
    pause_of,
    resume,
    take_returned,
    tracking_of,
)
from mailer.campaigns import issues_between, latest_share_id
from mailer.consent import wording_id
from mailer.language import LOCALES, translator
from mailer.notices import back_again, changed, own_link
from mailer.store.tables import SubscriptionStatus
from mailer.web.bearers import Bearer, address_of
from mailer.web.forms import version_of, words_of
from mailer.web.letters import manage_url, write_to
from mailer.web.signing_up import TooManyError
from mailer.web.site import Site

WEEKS = (2, 4, 8, 12)
MOST_LETTERS = 10
"""That choices may cause in a day: whoever holds a forwarded copy must not fill a mailbox."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One form of the preferences, as it was sent."""

    act: str
    locale: str
    weeks: str
    list_key: str
    has_tracking: bool
    ticked: Mapping[str, str]
    """By purpose, the version of the words beside a ticked box."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One list, as a person's own page shows it."""

    list_key: str
    title: str
    is_reader: bool


def choose(site: Site, request: Request, holder: Bearer, choice: Choice) -> str:
    """Do what a reader chose; returns «saved», or nothing where it was no choice at all.

    What stands already changes nothing and is told to nobody. Raises TooManyError.
    """
    act = site.act(request)
    with site.writing() as (connection, now):
        reader = holder.reader(connection)
        if choice.act == "pause" and choice.weeks in map(str, WEEKS):
            pause(connection, reader, int(choice.weeks), now)
            told = [_paused_words(connection, site, reader)]
        elif choice.act == "resume":
            resume(connection, reader, now)
            return "saved"
        elif choice.act == "quit" and choice.list_key in site.workspace.settings.lists:
            other = _reader_of(connection, reader, choice.list_key)
            if other is None:
                return ""
            leave(connection, site.keys, other, act)
            _ = translator(reader.person.locale).gettext
            title = site.frame(choice.list_key).title
            told = [_("You will receive no further issue of %(title)s.", title=title)]
        elif choice.act == "" and choice.locale in LOCALES:
            told = _save(connection, site, reader, choice, request, now)
        else:  # what is no choice of ours changes nothing
            return ""
        _tell(connection, site, holder, told, now)
    return "saved"


def _save(
    connection: Connection,
    site: Site,
    reader: Membership,
    choice: Choice,
    request: Request,
    now: datetime,
) -> list[str]:
    """Language and tracking; in words, what changed."""
    person = reader.person
    _ = translator(choice.locale).gettext
    told = []
    if choice.locale != person.locale:
        change_locale(connection, person.id, choice.locale, now)
        told.append(_("Your letters come to you in English from now on."))
    if not choice.has_tracking:
        return told
    words = words_of(site, reader.list_key, person.locale)
    asked = asked_purposes(site.workspace.list(reader.list_key).tracking)
    before = tracking_of(connection, person.subject, reader.list_id)
    agreed = {
        each: wording_id(connection, text, person.locale, now=now)
        for each, text in words.tracking.items()
        if choice.ticked[each.value] == version_of(text)
    }
    if choose_tracking(connection, site.keys, reader, agreed, asked, site.act(request)):
        told += [words.tracking[each] for each in agreed if each not in before]
        if any(each in before and each not in agreed for each in asked):
            told.append(_("What you no longer agree to has stopped, in old messages too."))
    return told


def send_own_link(site: Site, holder: Bearer) -> str:
    """Mail the link to all choices to the reader; returns «sent»."""
    with site.writing() as (connection, now):
        reader = holder.reader(connection)
        _keep_limit(connection, site, reader, now)
        frame, locale = site.frame(reader.list_key), reader.person.locale
        letter = own_link(frame, locale, manage_url(site, reader))
        write_to(connection, site, reader, letter, cause=f"link:{reader.id}:{now}", now=now)
    return "sent"


def lists_of(connection: Connection, site: Site, reader: Membership) -> list[Standing]:
    """Every other list, and whether the person reads it."""
    return [
        Standing(key, each.title, _reader_of(connection, reader, key) is not None)
        for key, each in site.workspace.settings.lists.items()
        if key != reader.list_key
    ]


def greet_returned(site: Site) -> int:
    """Tell everybody whose pause is over what went out meanwhile; returns how many there were."""
    with site.writing() as (connection, now):
        returned = take_returned(connection, now, limit=_AT_ONCE)
        for reader, away in returned:
            if reader.list_key not in site.workspace.settings.lists:
                continue
            frame, locale = site.frame(reader.list_key), reader.person.locale
            language = translator(locale)
            zone = site.workspace.list(reader.list_key).zone
            missed = [
                f"#{one.number}, {language.format_date(one.launched_at.astimezone(zone).date())}:"
                f" {frame.base_url}/s/{one.share_id}"
                for one in issues_between(connection, reader.list_id, away.since, away.until)
            ]
            share_id = latest_share_id(connection, reader.list_key)
            url = f"{frame.base_url}/s/{share_id}" if share_id else ""
            letter = back_again(frame, locale, missed, url)
            cause = f"returned:{reader.id}:{away.until}"
            write_to(connection, site, reader, letter, cause=cause, now=now)
    return len(returned)


def _reader_of(connection: Connection, reader: Membership, list_key: str) -> Membership | None:
    id_ = list_id(connection, list_key)
    found = membership_of(connection, reader.person, id_) if id_ else None
    return found if found and found.status is SubscriptionStatus.ACTIVE else None


def _paused_words(connection: Connection, site: Site, reader: Membership) -> str:
    language = translator(reader.person.locale)
    taken = pause_of(connection, reader)
    if taken is None:  # who does not read cannot pause
        return ""
    until = taken.until.astimezone(site.workspace.list(reader.list_key).zone).date()
    return language.gettext(
        "No issue comes to you before %(date)s.", date=language.format_date(until)
    )


def _tell(
    connection: Connection, site: Site, holder: Bearer, told: list[str], now: datetime
) -> None:
    what = [words for words in told if words]
    if not what:
        return
    reader = holder.reader(connection)
    _keep_limit(connection, site, reader, now)
    frame = site.frame(reader.list_key)
    letter = changed(frame, reader.person.locale, what, manage_url(site, reader))
    write_to(connection, site, reader, letter, cause=f"changed:{reader.id}:{now}", now=now)


def _keep_limit(connection: Connection, site: Site, reader: Membership, now: datetime) -> None:
    bucket = f"choices {site.keys.address_digest(address_of(reader.person).key)}"
    day = timedelta(days=1)
    if not is_within_limit(connection, bucket, most=MOST_LETTERS, period=day, now=now):
        raise TooManyError
