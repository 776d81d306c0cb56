"""The report to the editors when an issue has been sent, written in the transaction that closes it.

Like an alarm it stands on no template of the publisher's, and its chart is made of table cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mailer.address import Address
from mailer.audience import ensure_list
from mailer.composing import FrozenMail, Headers, Mail, Reader
from mailer.config import Workspace
from mailer.consent import Head, heads
from mailer.keys import Keys
from mailer.language import Language, translator
from mailer.message import boundary_for, message_id
from mailer.notices.alarms import outcome_names
from mailer.notices.frames import frame_of
from mailer.notices.outbox import Outgoing, enqueue
from mailer.notices.signing import signers_of
from mailer.rendering import Bar, Layout, Section, Static, figures_page, figures_text
from mailer.store.tables import LegalBasis, NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """One issue of those that are compared."""

    number: int
    launched_at: datetime
    accepted: int
    failed: int
    left: int
    joined_by_share: int
    followed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the editors are told of a campaign that has ended."""

    list_key: str
    campaign: int
    slug: str
    audience: int
    states: Mapping[str, int]
    failures: Mapping[str, int]
    """Failed copies by reason."""
    links: Sequence[tuple[str, int]]
    """Label of each link that was followed, and how often; the most followed first."""
    lines: Sequence[IssueLine]
    """This issue, then the ones before it."""


def report(
    connection: Connection, workspace: Workspace, keys: Keys, report: Report, *, now: datetime
) -> bool:
    """Write the report to each of site.editors, once; returns whether it was news.

    Raises ConfigError for an unknown list or a key that cannot sign.
    """
    frame = frame_of(workspace, report.list_key)
    language = translator(frame.locale)
    zone = workspace.list(report.list_key).zone
    subject = language.gettext(
        "%(title)s: %(issue)s has been sent", title=frame.title, issue=report.slug
    )
    dates = [
        language.format_date(line.launched_at.astimezone(zone).date(), "medium")
        for line in report.lines
    ]
    sections = [
        *_sections(report, dates, language),
        *_seal(heads(connection, limit=1), language, zone),
    ]
    sender = frame.sender.address
    domain = sender.rpartition("@")[2]
    frozen = FrozenMail(
        locale=frame.locale,
        headers=Headers(sender=(frame.sender.name, sender), automatic=True),
        subject=Layout((Static(subject),)),
        html=Layout(
            (
                Static(
                    figures_page(
                        subject, sections, locale=language.code, direction=language.direction
                    )
                ),
            )
        ),
        text=Layout((Static(figures_text(subject, sections)),)),
        boundary=boundary_for(f"report {frame.locale}"),
    )
    mail = Mail(frozen, signers_of(workspace, domain))
    list_id = ensure_list(connection, report.list_key)
    is_news = False
    for number, editor in enumerate(workspace.settings.site.editors, 1):
        # A campaign that grew since is finished again, and that is news.
        cause = f"report:{report.campaign}:{report.audience}:{number}"
        reader = Reader(
            address=Address.parse(editor),
            locale=frame.locale,
            message_id=message_id(keys.messages, f"notice:{cause}", domain),
            date=now.replace(microsecond=0),
        )
        is_news |= enqueue(
            connection,
            Outgoing(
                kind=NoticeKind.REPORT,
                legal_basis=LegalBasis.INTEREST,
                cause=cause,
                list_id=list_id,
                sender=sender,
                recipient=str(reader.address),
                content=mail.wire(reader),
            ),
            now=now,
        )
    return is_news


def _sections(report: Report, dates: Sequence[str], language: Language) -> list[Section]:
    _, number = language.gettext, language.format_number
    states = outcome_names(language)
    reasons = {
        "address": _("no such address"),
        "mailbox": _("mailbox full or refused for now"),
        "policy": _("refused by policy"),
        "refused": _("refused for good"),
        "late": _("tried until it was old news"),
        "other": _("other reasons"),
    }
    return [
        Section(
            _("Copies"),
            rows=(
                (_("audience"), number(report.audience)),
                *((states.get(state, state), number(n)) for state, n in report.states.items()),
            ),
        ),
        Section(
            _("Why copies failed"),
            rows=tuple((reasons.get(why, why), number(n)) for why, n in report.failures.items()),
        ),
        Section(
            _("Copies sent, beside the last issues"),
            bars=tuple(
                Bar(
                    f"{_('No. %(number)s', number=line.number)} · {date}",
                    line.accepted,
                    number(line.accepted),
                )
                for line, date in zip(report.lines, dates, strict=True)
            ),
        ),
        Section(
            _("What followed"),
            head=(
                "",
                _("failed"),
                _("left"),
                _("came by the share link"),
                _("links followed"),
            ),
            rows=tuple(
                (
                    _("No. %(number)s", number=line.number),
                    *map(number, (line.failed, line.left, line.joined_by_share, line.followed)),
                )
                for line in report.lines
            ),
        ),
        Section(
            _("Links followed so far"),
            bars=tuple(Bar(label, count, number(count)) for label, count in report.links),
        ),
    ]


def _seal(newest: Sequence[Head], language: Language, zone: ZoneInfo) -> list[Section]:
    """The ledger's newest seal leaves the house: even we cannot rewrite what lies before it."""
    return [
        Section(
            language.gettext("The seal over all consents: keep it, and nobody can rewrite them"),
            rows=(
                (
                    language.format_date(head.sealed_at.astimezone(zone).date(), "medium"),
                    head.head,
                ),
            ),
        )
        for head in newest
    ]
