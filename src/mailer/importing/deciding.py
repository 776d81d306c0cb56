"""What follows from a row for a person, given how they stand: a function of the two."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from mailer.audience import Event, Standing, Word, after
from mailer.consent import PERMITTING, REFUSING
from mailer.importing.evidence import Evidence
from mailer.importing.figures import Reason
from mailer.store.tables import Action, Channel, SubscriptionStatus


class Verdict(Enum):
    """A row that is not refused: it moves the person, or says what we know."""

    MOVED = "moved"
    MERGED = "merged"


UNKNOWN = Standing()

# A person's own acts, which we saw: a date in a file may be older than they are.
_SEEN = frozenset({Channel.FORM, Channel.PAGE, Channel.MAIL})
_KEPT_OUT = {
    Action.WITHDRAWN: Reason.LEFT,
    Action.OBJECTED: Reason.OBJECTED,
    Action.ERASED: Reason.LEFT,
}


def decide(standing: Standing, evidence: Evidence) -> Verdict | Reason:
    """Moved, merged, or the reason why the row is refused.

    «Newest» is the ledger's order, never the date in the file. So a consent in a file brings
    nobody back who left or objected, whatever its date; a withdrawal in a file ends a
    subscription, whatever its date, but for one that the person began before our eyes since then.
    Mistakes keep people out, never in (GDPR 7(3), 21(3)).
    """
    if evidence.action in PERMITTING:
        return _decide_consent(standing)
    return _decide_refusal(standing, evidence)


def moved(standing: Standing, evidence: Evidence) -> Standing:
    """How the person stands once the row has been applied."""
    event = Event.IMPORTED if evidence.action in PERMITTING else Event.LEFT
    return Standing(
        person_id=standing.person_id,
        subject=standing.subject,
        status=after(standing.status, event),
        newest=Word(evidence.action, Channel.IMPORT, evidence.at),
        suppressed=standing.suppressed,
    )


def _decide_consent(standing: Standing) -> Verdict | Reason:
    newest = standing.newest.action if standing.newest else None
    if standing.suppressed or standing.status is SubscriptionStatus.SUPPRESSED:
        return Reason.SUPPRESSED
    if newest in REFUSING:
        return _KEPT_OUT[newest]
    if standing.status is SubscriptionStatus.ACTIVE:
        return Verdict.MERGED
    return Verdict.MOVED


def _decide_refusal(standing: Standing, evidence: Evidence) -> Verdict | Reason:
    newest = standing.newest
    if standing.person_id is None and standing.suppressed:
        return Reason.SUPPRESSED  # kept out already: to remember whom by name would undo it
    if newest is None:
        return Verdict.MOVED
    if newest.action in REFUSING:
        return Verdict.MERGED
    is_own_act = newest.channel in _SEEN and newest.action is not Action.ANNULLED
    if is_own_act and newest.stated_at > evidence.at:
        return Reason.CAME_BACK
    return Verdict.MOVED


def with_suppression(
    found: Mapping[str, Standing], digests: Mapping[str, str], kept_out: Container[str]
) -> dict[str, Standing]:
    """How everybody stands, unknown people too; `digests` by address key."""
    everybody = {key: found.get(key, UNKNOWN) for key in digests}
    for key, digest in digests.items():
        if digest in kept_out:
            everybody[key] = replace(everybody[key], suppressed=True)
    return everybody


def decide_all(
    rows: Sequence[tuple[str, Evidence]], standings: dict[str, Standing]
) -> list[Verdict | Reason]:
    """The same for many rows, each an address key and its evidence, one after another.

    `standings` has every key, and is brought to how people stand after the last row.
    """
    outcomes = []
    for key, evidence in rows:
        outcome = decide(standings[key], evidence)
        if outcome is Verdict.MOVED:
            standings[key] = moved(standings[key], evidence)
        outcomes.append(outcome)
    return outcomes
