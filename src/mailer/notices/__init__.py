"""Mails that are no issue: each with one cause, through the outbox."""

from mailer.notices.frames import frame_of, templates_of, wording_for
from mailer.notices.letters import Letter, already_subscribed, confirmation, goodbye, post
from mailer.notices.outbox import (
    Outgoing,
    WaitingNotice,
    count_open,
    enqueue,
    give_back_notices,
    next_notice_due,
    notices_of,
    settle_notices,
    take_notices,
    workers_with_notices,
)
from mailer.notices.signing import signers_of

__all__ = [
    "Letter",
    "Outgoing",
    "WaitingNotice",
    "already_subscribed",
    "confirmation",
    "count_open",
    "enqueue",
    "frame_of",
    "give_back_notices",
    "goodbye",
    "next_notice_due",
    "notices_of",
    "post",
    "settle_notices",
    "signers_of",
    "take_notices",
    "templates_of",
    "wording_for",
    "workers_with_notices",
]
