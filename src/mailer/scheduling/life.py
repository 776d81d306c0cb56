"""The life of a slot: which state follows which, and what is impossible."""

from __future__ import annotations

from enum import StrEnum

from mailer.scheduling.errors import ScheduleError
from mailer.store.tables import SlotState as S


class SlotEvent(StrEnum):
    """What can befall a slot."""

    PLANNED = "planned"
    LAUNCHED = "launched"
    FOUND_EMPTY = "found_empty"
    HELD = "held"
    """By a person, or because a check failed or it was too late."""
    RELEASED = "released"
    SKIPPED = "skipped"
    UNSKIPPED = "unskipped"


# Repeats are harmless: a button may be pressed twice, and by a scanner.
SLOT_MOVES: dict[tuple[S | None, SlotEvent], S] = {
    (None, SlotEvent.PLANNED): S.PLANNED,
    (S.PLANNED, SlotEvent.LAUNCHED): S.LAUNCHED,
    (S.PLANNED, SlotEvent.FOUND_EMPTY): S.EMPTY,
    (S.PLANNED, SlotEvent.HELD): S.HELD,
    (S.PLANNED, SlotEvent.RELEASED): S.PLANNED,
    (S.PLANNED, SlotEvent.SKIPPED): S.SKIPPED,
    (S.PLANNED, SlotEvent.UNSKIPPED): S.PLANNED,
    (S.HELD, SlotEvent.HELD): S.HELD,
    (S.HELD, SlotEvent.RELEASED): S.PLANNED,
    (S.HELD, SlotEvent.SKIPPED): S.SKIPPED,
    (S.SKIPPED, SlotEvent.SKIPPED): S.SKIPPED,
    (S.SKIPPED, SlotEvent.UNSKIPPED): S.PLANNED,
}

_DONE = {
    S.LAUNCHED: "its issue has left; see `mailer campaigns` for how to stop what is on its way",
    S.EMPTY: "it passed without an issue; `mailer schedule now` sends one outside the rule",
    S.SKIPPED: "it is skipped; `mailer schedule unskip` takes that back",
    S.HELD: "it is held; `mailer schedule release` lets it go",
    S.PLANNED: "it is planned",
}


def slot_after(state: S | None, event: SlotEvent) -> S:
    """The state of a slot that follows; raises ScheduleError."""
    following = SLOT_MOVES.get((state, event))
    if following is None:
        words = event.replace("found_", "").replace("_", " ")
        raise ScheduleError(
            f"a slot that is {state or 'not there'} cannot be {words}",
            mend=_DONE[state] if state else "",
        )
    return following
