"""The life of a part of the service, as its supervisor sees it: which state follows which."""

from __future__ import annotations

from enum import StrEnum

from mailer.errors import MailerError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
# Who lived so long has recovered from what killed it before.
STEADY_SECONDS = 60.0


class PartState(StrEnum):
    """How a part stands."""

    STARTING = "starting"
    UP = "up"
    RESTING = "resting"
    """It ended by itself and is started again after a pause."""
    STOPPING = "stopping"
    ENDED = "ended"


class PartEvent(StrEnum):
    """What can befall a part."""

    BECAME_READY = "became_ready"
    DIED = "died"
    RESTED = "rested"
    TOLD_TO_STOP = "told_to_stop"


P, E = PartState, PartEvent

PART_MOVES: dict[tuple[PartState, PartEvent], PartState] = {
    (P.STARTING, E.BECAME_READY): P.UP,
    (P.STARTING, E.DIED): P.RESTING,
    (P.STARTING, E.TOLD_TO_STOP): P.STOPPING,
    (P.UP, E.DIED): P.RESTING,
    (P.UP, E.TOLD_TO_STOP): P.STOPPING,
    (P.RESTING, E.RESTED): P.STARTING,
    (P.RESTING, E.TOLD_TO_STOP): P.ENDED,
    (P.STOPPING, E.BECAME_READY): P.STOPPING,
    (P.STOPPING, E.DIED): P.ENDED,
}


class ImpossiblePartMoveError(MailerError):
    """A part cannot go from where it stands to there."""


def part_after(state: PartState, event: PartEvent) -> PartState:
    """The state of a part that follows; raises ImpossiblePartMoveError."""
    try:
        return PART_MOVES[state, event]
    except KeyError:
        raise ImpossiblePartMoveError(f"a part that is {state} cannot have {event}") from None


def deaths_in_a_row(before: int, lived_seconds: float) -> int:
    """How many deaths count after one more."""
    return 1 if lived_seconds >= STEADY_SECONDS else before + 1


def pause_after(deaths: int) -> float:
    """Seconds before a part is started again after so many deaths in a row."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(deaths - 1, 16))
