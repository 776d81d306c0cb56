"""What must hold after a campaign, whatever befell it: the ledger beside the sink's own count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chaos.book import Count
from chaos.ledger import Row
from mailer.store.tables import DeliveryState

SETTLED = {
    DeliveryState.ACCEPTED,
    DeliveryState.FAILED,
    DeliveryState.SKIPPED,
    DeliveryState.CANCELLED,
}
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known of a campaign that has ended."""

    audience: int
    rows: Sequence[Row]
    count: Count
    lost_by_kill: int = 0
    """Connections that may have been lost after a final dot by what was done to our processes."""
    lost_otherwise: int = 0
    """Connections the relay ended elsewhere, where an answer may have been lost on its way."""
    hidden: int = 0
    """Journal records destroyed after they had been written: what they said is unknown."""
    hold: bool = False
    """Whether doubtful ones wait for a person."""


def violations(case: Case) -> list[str]:
    """Every law that was broken, one line each."""
    return [
        *_nobody_is_lost(case),
        *_the_ledger_knows_every_copy(case),
        *_doubts_have_a_cause(case),
        *_a_message_id_is_one_readers(case),
        *(_nothing_twice(case) if case.hold else ()),
    ]


def _nobody_is_lost(case: Case) -> Iterator[str]:
    """The states sum to the audience, and every member's copy has ended, with a reason."""
    if len(case.rows) != case.audience:
        yield f"the states sum to {len(case.rows)}, the audience is {case.audience}"
    ends = SETTLED | {DeliveryState.IN_DOUBT} if case.hold else SETTLED
    yield from _some(
        "left without an end",
        [f"{r.recipient} {r.state}" for r in case.rows if r.state not in ends],
    )
    yield from _some("ended without a reason", [r.recipient for r in case.rows if not r.reply])
    yield from _some(
        "accepted, but not at the sink",
        [
            r.recipient
            for r in case.rows
            if r.state is DeliveryState.ACCEPTED and not case.count.copies_for(r.recipient)
        ],
    )


def _the_ledger_knows_every_copy(case: Case) -> Iterator[str]:
    """A reader's copies at the sink are at most the accepted one and the doubtful ones."""
    unknown = [
        f"{r.recipient} {r.state} doubts {r.doubts}, sink {case.count.copies_for(r.recipient)}"
        for r in case.rows
        if case.count.copies_for(r.recipient) > _known(r)
    ]
    if len(unknown) > case.hidden:
        yield from _some("more copies at the sink than the ledger knows of", unknown)
    known = {r.recipient for r in case.rows}
    yield from _some(
        "at the sink, but not in the audience", [r for r in case.count.recipients if r not in known]
    )
    accepted = sum(r.state is DeliveryState.ACCEPTED for r in case.rows)
    doubtful = sum(r.doubts > 0 and r.state is not DeliveryState.ACCEPTED for r in case.rows)
    if not accepted <= case.count.kept <= accepted + doubtful + case.hidden:
        yield (
            f"the sink holds {case.count.kept} messages, the ledger says {accepted} accepted"
            f" and {doubtful} in doubt"
        )


def _known(row: Row) -> int:
    return (row.state is DeliveryState.ACCEPTED) + row.doubts


def _doubts_have_a_cause(case: Case) -> Iterator[str]:
    """Doubts, and so repeats, are at most the connections lost after a final dot."""
    doubts = sum(r.doubts for r in case.rows)
    lost = case.count.cut_after_dot + case.lost_by_kill + case.lost_otherwise
    if doubts > lost:
        yield f"{doubts} doubts, but at most {lost} connections were lost after a final dot"
    if case.count.repeats > doubts + case.hidden:
        yield f"{case.count.repeats} repeats at the sink, the ledger knows of {doubts} doubts"


def _a_message_id_is_one_readers(case: Case) -> Iterator[str]:
    """A reader's copies have one Message-ID, the same at every try, and nobody else has it."""
    yield from _some(
        "several Message-IDs for one reader",
        [reader for reader, messages in case.count.recipients.items() if len(messages) > 1],
    )
    readers = len(case.count.recipients)
    if case.count.kept < readers:
        yield f"{readers} readers share {case.count.kept} Message-IDs"


def _nothing_twice(case: Case) -> Iterator[str]:
    twice = [message for message, copies in case.count.copies.items() if copies > 1]
    if len(twice) > case.hidden:
        yield from _some("sent twice although doubtful ones were held", twice)


def _some(what: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        yield f"{what}: {len(found)} ({', '.join(found[:SHOWN])}{more})"
