"""What follows from an SMTP outcome: for the journal, for the database, for the message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.campaigns import DeliveryEvent, delivery_after
from mailer.delivery.jobs import Job
from mailer.delivery.journal import Kind, Record
from mailer.delivery.recording import OnDoubt, Settled
from mailer.delivery.retry import GiveUp, next_try
from mailer.notices import WaitingNotice
from mailer.smtp import Kind as Smtp
from mailer.smtp import Outcome
from mailer.store.tables import DeliveryState

_KINDS = {
    Smtp.ACCEPTED: Kind.ACCEPTED,
    Smtp.DEFERRED: Kind.DEFERRED,
    Smtp.FAILED: Kind.FAILED,
    Smtp.IN_DOUBT: Kind.DOUBT,
    Smtp.UNSENT: Kind.UNSENT,
}


# Connections that may end under one message before it is deferred.
MOST_SETBACKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How outcomes are answered."""

    in_doubt: OnDoubt
    retry_after: timedelta
    retry_for: timedelta


def journal_record(job: Job, outcome: Outcome) -> Record:
    """What the journal says of an outcome."""
    kind = _KINDS[outcome.kind]
    return Record(
        kind,
        job.source.origin,
        job.id,
        code=outcome.reply.code if outcome.reply else 0,
        doubts=job.doubts + (kind is Kind.DOUBT),
        reply=_words(outcome),
    )


def is_sent_again(job: Job, outcome: Outcome, policy: Policy) -> bool:
    """Whether the message goes back to the front of the queue instead of being settled.

    One whose connections keep ending waits its turn as a deferred one: it may be what ends them.
    """
    if job.setbacks >= MOST_SETBACKS:
        return False
    if outcome.kind is Smtp.UNSENT:
        return True
    return outcome.kind is Smtp.IN_DOUBT and policy.in_doubt == "resend"


def settled(
    job: Job, outcome: Outcome, policy: Policy, *, relay: str, now: datetime, jitter: float
) -> Settled:
    """What is recorded of an outcome that settles a message for now."""
    event, due_at, words = _event(job, outcome, policy, now, jitter)
    return Settled(
        origin=job.source.origin,
        id=job.id,
        state=delivery_after(DeliveryState.TAKEN, event),
        attempts=job.tries,
        doubts=job.doubts,
        reply=words,
        relay=relay,
        at=now,
        due_at=due_at,
    )


def _event(
    job: Job, outcome: Outcome, policy: Policy, now: datetime, jitter: float
) -> tuple[DeliveryEvent, datetime | None, str]:
    words = _words(outcome)
    match outcome.kind:
        case Smtp.ACCEPTED:
            return DeliveryEvent.ACCEPTED, None, words
        case Smtp.FAILED:
            return DeliveryEvent.FAILED, None, words
        case Smtp.IN_DOUBT if policy.in_doubt == "hold":
            return DeliveryEvent.DOUBTED, None, words
        case _:
            decision = next_try(
                attempts=job.message.attempts + job.tries,
                launched_at=job.source.launched_at or _beginning(job, now),
                now=now,
                first_pause=policy.retry_after,
                limit=job.source.retry_for or policy.retry_for,
                jitter=jitter,
            )
            if isinstance(decision, GiveUp):
                return DeliveryEvent.FAILED, None, f"{decision.why}; last answer: {words}"
            return DeliveryEvent.DEFERRED, decision.at, words


def _beginning(job: Job, now: datetime) -> datetime:
    return job.message.created_at if isinstance(job.message, WaitingNotice) else now


def _words(outcome: Outcome) -> str:
    return str(outcome.reply) if outcome.reply else outcome.why
