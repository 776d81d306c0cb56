"""Proofs: before a slot, at each lead, the issue is checked and shown to the editors, once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, select

from mailer.address import Address
from mailer.audience import ensure_list, list_id
from mailer.campaigns import count_readers, links_of_nobody
from mailer.composing import (
    FrozenMail,
    Headers,
    Mail,
    Reader,
    proof_of,
    words_alone,
)
from mailer.message import message_id
from mailer.notices import Outgoing, enqueue, frame_of, signers_of
from mailer.scheduling.agenda import Agenda, Entry
from mailer.scheduling.choosing import stock_of
from mailer.scheduling.examining import Nothing, Verdict, examine
from mailer.scheduling.looks import Change, ChangeKind, changes, looks_of
from mailer.scheduling.means import SERVICE, Means, written
from mailer.scheduling.proof_words import Told, tell_proof
from mailer.scheduling.slots import SlotLine, ensure_slot
from mailer.store import insert_once
from mailer.store.tables import LegalBasis, NoticeKind, Proof, Slot, SlotState


def send_proofs(means: Means, list_key: str, seen: Agenda, now: datetime) -> None:
    """Write the proofs that are due now into the outbox.

    Of several leads that have passed only the nearest counts: after a night without power the
    editors get one proof, not all that were missed.
    """
    due = [(entry, lead) for entry in seen.ahead(now) if (lead := _lead(entry, seen, now))]
    with means.store.read() as connection:
        wanted = [one for one in due if not _is_shown(connection, list_key, *one)]
        if not wanted:
            return  # and no issue is read in vain, every few seconds for a day
        stock = stock_of(means.workspace, connection, list_key)
    taken: list[int] = []
    for entry, lead in due:
        choice = stock.choice(entry.time.day, taken)
        taken += [choice.issue.number] if choice.issue else []
        if (entry, lead) in wanted:
            _send(means, list_key, entry, lead, examine(means, choice), now)


def _lead(entry: Entry, seen: Agenda, now: datetime) -> timedelta | None:
    passed = [lead for lead in seen.schedule.proofs if entry.opens - lead <= now]
    return min(passed, default=None)


def _is_shown(connection: Connection, list_key: str, entry: Entry, lead: timedelta) -> bool:
    return bool(
        connection.scalar(
            select(
                exists(
                    select(1)
                    .select_from(Proof)
                    .join(Slot, Slot.id == Proof.slot_id)
                    .where(
                        Slot.list_id == list_id(connection, list_key),
                        Slot.at == entry.time.at,
                        Proof.lead_seconds == _seconds(lead),
                    )
                )
            )
        )
    )


def _send(
    means: Means, list_key: str, entry: Entry, lead: timedelta, verdict: Verdict, now: datetime
) -> None:
    with means.store.write() as connection:
        id_ = ensure_list(connection, list_key)
        slot = ensure_slot(connection, id_, entry.time.at, by=SERVICE, now=now)
        if slot.state is not SlotState.PLANNED:
            return
        prepared = None if isinstance(verdict, Nothing) else verdict.prepared
        number = None if isinstance(verdict, Nothing) else verdict.issue.number
        looks = looks_of(prepared)
        before = _last_proof(connection, slot)
        values = {
            "slot_id": slot.id,
            "lead_seconds": _seconds(lead),
            "number": number,
            "looks": looks,
            "sent_at": now,
        }
        if not insert_once(connection, Proof, values):
            return
        frame = frame_of(means.workspace, list_key)
        told = tell_proof(
            entry,
            verdict,
            _since(before, number, looks),
            count_readers(connection, id_, list_key, now),
            title=frame.title,
            locale=frame.locale,
            url=means.hold_url(slot.id),
        )
        _enqueue(connection, means, list_key, slot, lead, verdict, told, now)


def _seconds(lead: timedelta) -> int:
    return int(lead.total_seconds())


def _last_proof(
    connection: Connection, slot: SlotLine
) -> tuple[int | None, Mapping[str, Any]] | None:
    row = connection.execute(
        select(Proof.number, Proof.looks)
        .where(Proof.slot_id == slot.id)
        .order_by(Proof.sent_at.desc(), Proof.lead_seconds)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.number, row.looks)


def _since(
    before: tuple[int | None, Mapping[str, Any]] | None, number: int | None, looks: dict[str, Any]
) -> list[Change] | None:
    """What has changed since the last proof; None where there was none to compare with."""
    if before is None:
        return None
    if before[0] != number:
        return [Change(ChangeKind.ADDED, f"#{number}")]
    if not before[1] or not looks:
        return None
    return changes(before[1], looks)


def _enqueue(
    connection: Connection,
    means: Means,
    list_key: str,
    slot: SlotLine,
    lead: timedelta,
    verdict: Verdict,
    told: Told,
    now: datetime,
) -> None:
    frame = frame_of(means.workspace, list_key)
    sender = frame.sender.address
    domain = sender.rpartition("@")[2]
    signers = signers_of(means.workspace, domain)
    links: dict[str, Any] = {}
    if not isinstance(verdict, Nothing) and verdict.prepared is not None:
        share_id = secrets.token_urlsafe(9)
        prepared = verdict.prepared
        links.update(links_of_nobody(connection, prepared, means.keys, share_id=share_id, now=now))
    for mail in _mails(verdict, told, frame.locale, (frame.sender.name, sender)):
        made = Mail(mail, signers)
        for n, editor in enumerate(means.workspace.settings.site.editors, 1):
            cause = f"proof:{list_key}:{written(slot.at)}:{_seconds(lead)}:{mail.locale}:{n}"
            to = Address.parse(editor)
            reader = Reader(
                address=to,
                locale=mail.locale,
                message_id=message_id(means.keys.messages, f"notice:{cause}", domain),
                date=now.replace(microsecond=0),
                **links,
            )
            enqueue(
                connection,
                Outgoing(
                    kind=NoticeKind.PROOF,
                    legal_basis=LegalBasis.INTEREST,
                    cause=cause,
                    list_id=slot.list_id,
                    sender=sender,
                    recipient=str(to),
                    content=made.wire(reader),
                ),
                now=now,
            )


def _mails(
    verdict: Verdict, told: Told, locale: str, sender: tuple[str, str]
) -> Sequence[FrozenMail]:
    """One for each edition of the issue; the words alone where it cannot be shown."""
    if isinstance(verdict, Nothing) or verdict.prepared is None:
        subject = told.words.headline
        headers = Headers(sender=sender, automatic=True)
        return [words_alone(headers, locale, subject, told.words)]
    editions = verdict.prepared.draft.editions.values()
    return [proof_of(mail, told.subject, told.words) for mail in editions]
