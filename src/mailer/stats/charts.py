"""The figures of issues as a page with charts, for whoever reads them in a browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from mailer.language import Language
from mailer.notices import outcome_names
from mailer.rendering import Bar, Section, figures_page
from mailer.stats.figures import IssueFigures
from mailer.store.tables import DeliveryState

MOST_LINKS = 40


def issues_page(figures: Sequence[IssueFigures], zone: ZoneInfo, language: Language) -> str:
    """Several issues side by side, oldest first, each figure as a chart."""
    _ = language.gettext
    charts: list[tuple[str, Callable[[IssueFigures], int]]] = [
        (_("Copies sent"), lambda one: one.states.get(DeliveryState.ACCEPTED, 0)),
        (_("Copies that failed"), lambda one: one.states.get(DeliveryState.FAILED, 0)),
        (_("Readers who left"), lambda one: one.left),
        (_("Sign-ups confirmed"), lambda one: one.joined),
        (_("Sign-ups through the share link"), lambda one: one.joined_by_share),
        (_("Visits to the shared page"), lambda one: one.share_visits),
        (_("Links followed"), lambda one: one.followed),
    ]
    ordered = list(reversed(figures))
    sections = [
        Section(
            heading,
            bars=tuple(
                Bar(_label(one, zone, language), value(one), language.format_number(value(one)))
                for one in ordered
            ),
        )
        for heading, value in charts
    ]
    return _page(_("Issues sent"), sections, language)


def issue_page(figures: IssueFigures, zone: ZoneInfo, language: Language) -> str:
    """One issue: its copies, and its links by how often people followed them."""
    _, number, states = language.gettext, language.format_number, outcome_names(language)
    sections = [
        Section(
            _("Copies"),
            rows=(
                (_("audience"), number(figures.audience)),
                *((states[state.value], number(n)) for state, n in sorted(figures.states.items())),
            ),
        ),
        Section(
            _("What followed"),
            rows=(
                (_("Readers who left"), number(figures.left)),
                (_("Sign-ups confirmed"), number(figures.joined)),
                (_("Sign-ups through the share link"), number(figures.joined_by_share)),
                (_("Visits to the shared page"), number(figures.share_visits)),
                (_("Links followed"), number(figures.followed)),
                (_("Links followed by machines"), number(figures.followed_by_machines)),
            ),
        ),
        Section(
            _("Links followed"),
            bars=tuple(
                Bar(link.label or link.url, link.people, number(link.people))
                for link in figures.links[:MOST_LINKS]
            ),
        ),
    ]
    return _page(_label(figures, zone, language), sections, language)


def _label(figures: IssueFigures, zone: ZoneInfo, language: Language) -> str:
    day = language.format_date(figures.launched_at.astimezone(zone).date(), "medium")
    return f"{language.gettext('No. %(number)s', number=figures.number)} · {day}"


def _page(title: str, sections: Sequence[Section], language: Language) -> str:
    return figures_page(title, sections, locale=language.code, direction=language.direction)
