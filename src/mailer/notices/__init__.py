"""Mails that are no issue: each with one cause, through the outbox."""

from mailer.notices.alarms import Alarm, AlarmEvent, outcome_names
from mailer.notices.choices import back_again, changed, moved, new_address, own_link
from mailer.notices.editors import alarm
from mailer.notices.frames import frame_of, templates_of, wording_for
from mailer.notices.letters import Letter, already_subscribed, confirmation, goodbye, post, welcome
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
from mailer.notices.parting import part
from mailer.notices.report import IssueLine, Report, report
from mailer.notices.signing import signers_of
from mailer.notices.webhook import (
    DueCall,
    call_webhook,
    headers_of,
    next_call_due,
    settle_call,
    take_calls,
)

__all__ = [
    "Alarm",
    "AlarmEvent",
    "DueCall",
    "IssueLine",
    "Letter",
    "Outgoing",
    "Report",
    "WaitingNotice",
    "alarm",
    "already_subscribed",
    "back_again",
    "call_webhook",
    "changed",
    "confirmation",
    "count_open",
    "enqueue",
    "frame_of",
    "give_back_notices",
    "goodbye",
    "headers_of",
    "moved",
    "new_address",
    "next_call_due",
    "next_notice_due",
    "notices_of",
    "outcome_names",
    "own_link",
    "part",
    "post",
    "report",
    "settle_call",
    "settle_notices",
    "signers_of",
    "take_calls",
    "take_notices",
    "templates_of",
    "welcome",
    "wording_for",
    "workers_with_notices",
]
