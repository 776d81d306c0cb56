"""The ledger in plain words: an entry as a sentence, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailer.consent.story import Told
from mailer.language import Language, translator
from mailer.store.tables import Action, Channel, Purpose

_UTC = ZoneInfo("UTC")


def sentence(told: Told, titles: Mapping[str, str], locale: str) -> str:
    """What happened, in one sentence: «agreed to: receiving Le Café – on a page (/k)»."""
    speaks = translator(locale)
    record = told.record
    title = titles.get(record.list_key, record.list_key)
    how = _channels(speaks)[Channel(record.channel)]
    place = f" ({record.place})" if record.place else ""
    act = _actions(speaks)[Action(record.action)]
    return f"{act}{_colon(speaks)}{_purpose(speaks, record.purpose, title)} – {how}{place}"


def details(told: Told, locale: str) -> Iterator[str]:
    """What else is known of an entry, a line each."""
    speaks = translator(locale)
    _ = speaks.gettext
    record = told.record
    if record.stated_at != record.recorded_at:
        yield _("the person acted on: %(when)s", when=moment(record.stated_at, locale))
    if record.source:
        yield _("source: %(source)s", source=record.source)
    if told.kept is None:
        yield _("the evidence was erased; the entry stays")
        return
    if told.kept.ip_prefix:
        yield _("network: %(network)s", network=told.kept.ip_prefix)
    if told.kept.browser:
        yield _("browser: %(browser)s", browser=told.kept.browser)
    if told.kept.file_row:
        yield _("row of the file: %(row)s", row=told.kept.file_row)
    for name, value in told.kept.detail.items():
        yield f"{name}: {value}"


def moment(when: datetime, locale: str) -> str:
    """A moment, in UTC and so saying."""
    return f"{translator(locale).format_datetime(when.astimezone(UTC), _UTC)} UTC"


def _colon(speaks: Language) -> str:
    return "\u00a0: " if speaks.code.startswith("fr") else ": "


def _purpose(speaks: Language, purpose: str, title: str) -> str:
    _ = speaks.gettext
    return {
        Purpose.RECEIVE: _("receiving %(title)s", title=title),
        Purpose.OPENS: _("the opens of %(title)s, tied to the person", title=title),
        Purpose.CLICKS: _("the clicks in %(title)s, tied to the person", title=title),
        Purpose.FORWARDS: _("the forwards of %(title)s, tied to the person", title=title),
    }[Purpose(purpose)]


def _actions(speaks: Language) -> dict[Action, str]:
    _ = speaks.gettext
    return {
        Action.REQUESTED: _("asked for, not yet confirmed"),
        Action.GRANTED: _("agreed to"),
        Action.CONFIRMED: _("agreed to and confirmed"),
        Action.WITHDRAWN: _("withdrawn"),
        Action.OBJECTED: _("objected to"),
        Action.ANNULLED: _("taken back by the operator, not by the person"),
        Action.ERASED: _("erased at the person's request"),
    }


def _channels(speaks: Language) -> dict[Channel, str]:
    _ = speaks.gettext
    return {
        Channel.FORM: _("in the sign-up form"),
        Channel.IMPORT: _("stated by an imported file"),
        Channel.PAGE: _("on a page"),
        Channel.MAIL: _("by mail, or the mail program's own button"),
        Channel.ADMIN: _("written down by the operator, on the person's word"),
    }
