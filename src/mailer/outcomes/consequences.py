"""What follows from refusals for the reader: at once, after three campaigns, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from mailer.address import Address
from mailer.audience import EVERY_LIST, get_person, shut_out, suppress
from mailer.keys import Keys
from mailer.outcomes.classifying import Verdict, verdict
from mailer.store.tables import Delivery, DeliveryState, SuppressionReason

HARD_CAMPAIGNS = 3
SOFT_FAILURES = 5
SOFT_WITHIN = timedelta(days=30)
_ANSWER = re.compile(r"\b([45]\d\d)(?: ([245]\.\d{1,3}\.\d{1,3}))?\b")


def verdict_of(words: str) -> Verdict | None:
    """What a recorded answer says; None where it is none of a server's."""
    found = _ANSWER.search(words)
    return verdict(int(found[1]), found[2] or "") if found else None


def follow_up(
    connection: Connection, keys: Keys, campaign_id: int, failed: Sequence[int], now: datetime
) -> int:
    """Suppress the addresses that these failed deliveries show to be dead; returns how many.

    A dead address at once; other refusals for good after three campaigns; refusals for now after
    five in thirty days. Refusals by policy are about us and count for nobody.
    """
    rows = connection.execute(
        select(Delivery.subscriber_id, Delivery.reply).where(
            Delivery.campaign_id == campaign_id,
            Delivery.id.in_(failed),
            Delivery.state == DeliveryState.FAILED,
            Delivery.subscriber_id.is_not(None),
        )
    ).all()
    suppressed = 0
    for subscriber_id, reply in rows:
        if subscriber_id is None:
            continue
        if _is_given_up(connection, subscriber_id, verdict_of(reply or ""), now):
            _suppress(connection, keys, subscriber_id, reply or "", now)
            suppressed += 1
    return suppressed


def _is_given_up(
    connection: Connection, subscriber_id: int, last: Verdict | None, now: datetime
) -> bool:
    if last is Verdict.DEAD:
        return True
    if last not in {Verdict.HARD, Verdict.SOFT}:
        return False
    # One delivery a campaign and person: failures of one kind are campaigns.
    history = connection.execute(
        select(Delivery.reply, Delivery.settled_at).where(
            Delivery.subscriber_id == subscriber_id, Delivery.state == DeliveryState.FAILED
        )
    ).all()
    hard = sum(verdict_of(reply or "") is Verdict.HARD for reply, _ in history)
    soft = sum(
        verdict_of(reply or "") is Verdict.SOFT and at is not None and now - at <= SOFT_WITHIN
        for reply, at in history
    )
    return hard >= HARD_CAMPAIGNS or soft >= SOFT_FAILURES


def _suppress(
    connection: Connection, keys: Keys, subscriber_id: int, words: str, now: datetime
) -> None:
    person = get_person(connection, subscriber_id)
    if person is None:
        return
    suppress(
        connection,
        keys,
        Address.parse(person.address),
        EVERY_LIST,
        SuppressionReason.BOUNCE,
        detail=words,
        now=now,
    )
    shut_out(connection, subscriber_id, now)
