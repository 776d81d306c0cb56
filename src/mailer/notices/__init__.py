"""Mails that are no issue: each with one cause, through the outbox."""

from mailer.notices.frames import frame_of, templates_of, wording_for
from mailer.notices.outbox import (
    Outgoing,
    WaitingNotice,
    count_open,
    enqueue,
    give_back_notices,
    next_notice_due,
    settle_notices,
    take_notices,
)

__all__ = [
    "Outgoing",
    "WaitingNotice",
    "count_open",
    "enqueue",
    "frame_of",
    "give_back_notices",
    "next_notice_due",
    "settle_notices",
    "take_notices",
    "templates_of",
    "wording_for",
]
