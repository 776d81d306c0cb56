"""Calls to the publisher's webhook: their outbox, and the signature they leave with.

Names and signature are those of Standard Webhooks, so that a receiver has a library to check them.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from mailer.keys import Keys
from mailer.notices.alarms import Alarm
from mailer.store import insert_once
from mailer.store.tables import WebhookCall, WebhookState

# Another service may take a call whose taker died.
LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueCall:
    """A call that is ours to make."""

    id: int
    message_id: str
    """The same at every try: who gets a call twice knows it by this."""
    body: str
    attempts: int
    """This one included."""
    created_at: datetime


def call_webhook(connection: Connection, keys: Keys, alarm: Alarm, *, now: datetime) -> bool:
    """Write a call into its outbox; returns whether its cause was new."""
    cause = f"{alarm.event}:{alarm.cause}"
    digest = hmac.digest(keys.messages, b"webhook\0" + cause.encode(), "sha256").hex()
    return insert_once(
        connection,
        WebhookCall,
        {
            "cause": cause,
            "message_id": f"msg_{digest[:28]}",
            "body": _body(alarm, now),
            "state": WebhookState.WAITING,
            "attempts": 0,
            "created_at": now,
            "due_at": now,
            "settled_at": None,
            "answer": None,
        },
    )


def headers_of(call: DueCall, secret: bytes, now: datetime) -> Mapping[str, str]:
    """What a call's receiver checks: who it is, when it left, and that we and nobody else made it.

    HMAC-SHA-256 over id, time and body, so that an old call cannot be played back as a new one.
    """
    moment = str(int(now.timestamp()))
    signed = f"{call.message_id}.{moment}.{call.body}".encode()
    signature = b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": call.message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{signature}",
    }


def take_calls(connection: Connection, now: datetime, *, limit: int = 20) -> list[DueCall]:
    """Calls that are due, now ours until the lease ends."""
    due = connection.scalars(
        select(WebhookCall.id)
        .where(WebhookCall.state == WebhookState.WAITING, WebhookCall.due_at <= now)
        .order_by(WebhookCall.due_at, WebhookCall.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return []
    rows = connection.execute(
        update(WebhookCall)
        .where(WebhookCall.id.in_(due))
        .values(due_at=now + LEASE, attempts=WebhookCall.attempts + 1)
        .returning(
            WebhookCall.id,
            WebhookCall.message_id,
            WebhookCall.body,
            WebhookCall.attempts,
            WebhookCall.created_at,
        )
    )
    return sorted((DueCall(*row) for row in rows), key=lambda call: call.id)


def settle_call(
    connection: Connection, call: DueCall, *, answer: str, is_taken: bool, now: datetime
) -> WebhookState:
    """Record what the receiver said: it has it, or it is tried again, or given up after a day."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(call.attempts - 1, 16))
    if is_taken:
        state = WebhookState.DELIVERED
    elif now + pause > call.created_at + GIVEN_UP_AFTER:
        state = WebhookState.FAILED
    else:
        state = WebhookState.WAITING
    is_open = state is WebhookState.WAITING
    connection.execute(
        update(WebhookCall)
        .where(WebhookCall.id == call.id, WebhookCall.state == WebhookState.WAITING)
        .values(
            state=state,
            answer=answer,
            due_at=now + pause if is_open else WebhookCall.due_at,
            settled_at=None if is_open else now,
        )
    )
    return state


def next_call_due(connection: Connection) -> datetime | None:
    """When the next call is due."""
    return connection.scalar(
        select(func.min(WebhookCall.due_at)).where(WebhookCall.state == WebhookState.WAITING)
    )


def _body(alarm: Alarm, now: datetime) -> str:
    data = {
        "list": alarm.list_key,
        "issue": alarm.issue,
        "campaign": alarm.campaign,
        "slot": alarm.slot.isoformat() if alarm.slot else None,
        "what": alarm.what,
        "why": alarm.reason,
        "figures": dict(alarm.figures),
    }
    told = {name: value for name, value in data.items() if value not in ("", None, {})}
    body = {"type": alarm.event, "timestamp": now.isoformat(), "data": told}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
