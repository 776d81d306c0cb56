"""Telling the editors what became of an issue, when its campaign has ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from mailer.config import Workspace
from mailer.keys import Keys
from mailer.notices import Alarm, AlarmEvent, IssueLine, Report, call_webhook, report
from mailer.stats.figures import IssueFigures, issue_figures, latest_figures
from mailer.store.tables import DeliveryState

# How many issues before it an issue is compared with.
COMPARED = 4
MOST_LINKS = 10


def tell_editors(
    connection: Connection, workspace: Workspace, keys: Keys, campaign_id: int, *, now: datetime
) -> bool:
    """Write the report and, where one is set, the webhook's call; returns whether it was news.

    In the transaction that closes the campaign. Raises ConfigError.
    """
    mine = issue_figures(connection, campaign_id)
    assert mine is not None
    before = latest_figures(connection, mine.list_key, before=mine.launched_at, limit=COMPARED)
    is_news = report(connection, workspace, keys, _report(mine, before), now=now)
    if workspace.settings.alarms.webhook:
        sent = Alarm(
            event=AlarmEvent.SENT,
            list_key=mine.list_key,
            cause=f"{campaign_id}:{mine.audience}",
            issue=mine.slug,
            campaign=campaign_id,
            figures={state.value: count for state, count in sorted(mine.states.items())},
        )
        is_news |= call_webhook(connection, keys, sent, now=now)
    return is_news


def _report(mine: IssueFigures, before: list[IssueFigures]) -> Report:
    followed = [(link.label or link.url, link.people) for link in mine.links if link.people]
    return Report(
        list_key=mine.list_key,
        campaign=mine.campaign,
        slug=mine.slug,
        audience=mine.audience,
        states={state.value: count for state, count in sorted(mine.states.items())},
        failures={why.value: count for why, count in mine.failures.items()},
        links=followed[:MOST_LINKS],
        lines=[_line(figures) for figures in (mine, *before)],
    )


def _line(figures: IssueFigures) -> IssueLine:
    return IssueLine(
        number=figures.number,
        launched_at=figures.launched_at,
        accepted=figures.states.get(DeliveryState.ACCEPTED, 0),
        failed=figures.states.get(DeliveryState.FAILED, 0),
        left=figures.left,
        joined_by_share=figures.joined_by_share,
        followed=figures.followed,
    )
