"""What the editors are told when a slot does not send: that it is held, or found no issue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from mailer.campaigns import slug_of
from mailer.content import IssueRef
from mailer.notices import Alarm, AlarmEvent, alarm
from mailer.scheduling.means import Means, written
from mailer.scheduling.slots import SlotLine
from mailer.store.tables import SlotState

_EVENTS = {SlotState.HELD: AlarmEvent.HELD, SlotState.EMPTY: AlarmEvent.EMPTY}


def tell(
    connection: Connection,
    means: Means,
    list_key: str,
    slot: SlotLine,
    issue: IssueRef | None,
    *,
    now: datetime,
) -> None:
    """Tell the editors how a slot whose time has come stands, once; nothing where it sent."""
    event = _EVENTS.get(slot.state)
    if event is None:
        return
    alarm(
        connection,
        means.workspace,
        means.keys,
        Alarm(
            event=event,
            list_key=list_key,
            # Held once more after it was let go, it is told once more.
            cause=f"{list_key}:{written(slot.at)}:{written(slot.changed_at)}",
            issue=slug_of(issue) if issue else list_key,
            slot=slot.at,
            why=slot.reason,
            url=means.hold_url(slot.id) if event is AlarmEvent.HELD else "",
        ),
        now=now,
    )
