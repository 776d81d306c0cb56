"""The life of a subscription: which status follows which, and what is impossible."""

from __future__ import annotations

from enum import StrEnum

from mailer.errors import MailerError
from mailer.store.tables import SubscriptionStatus as Status


class Event(StrEnum):
    """What can befall a subscription."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    LEFT = "left"
    RETURNED = "returned"
    SUPPRESSED = "suppressed"
    ANNULLED = "annulled"


class ImpossibleMoveError(MailerError):
    """A subscription cannot go from where it stands to there."""


# An active reader who asks again is told by mail that nothing is needed: no move. Who left comes
# back only by asking and confirming, or by the undo that was offered on leaving.
MOVES: dict[tuple[Status | None, Event], Status] = {
    (None, Event.REQUESTED): Status.PENDING,
    (None, Event.IMPORTED): Status.ACTIVE,
    (None, Event.LEFT): Status.UNSUBSCRIBED,  # an imported file says so: kept, so as to keep out
    (Status.PENDING, Event.REQUESTED): Status.PENDING,
    (Status.PENDING, Event.CONFIRMED): Status.ACTIVE,
    (Status.PENDING, Event.IMPORTED): Status.ACTIVE,
    (Status.PENDING, Event.LEFT): Status.UNSUBSCRIBED,
    (Status.PENDING, Event.SUPPRESSED): Status.SUPPRESSED,
    (Status.ACTIVE, Event.LEFT): Status.UNSUBSCRIBED,
    (Status.ACTIVE, Event.SUPPRESSED): Status.SUPPRESSED,
    (Status.ACTIVE, Event.ANNULLED): Status.UNSUBSCRIBED,
    (Status.UNSUBSCRIBED, Event.REQUESTED): Status.PENDING,
    (Status.UNSUBSCRIBED, Event.RETURNED): Status.ACTIVE,
    (Status.UNSUBSCRIBED, Event.IMPORTED): Status.ACTIVE,
    (Status.UNSUBSCRIBED, Event.LEFT): Status.UNSUBSCRIBED,
    (Status.SUPPRESSED, Event.REQUESTED): Status.PENDING,
    (Status.SUPPRESSED, Event.LEFT): Status.UNSUBSCRIBED,
}


def after(status: Status | None, event: Event) -> Status:
    """The status that follows; raises ImpossibleMoveError."""
    try:
        return MOVES[status, event]
    except KeyError:
        raise ImpossibleMoveError(
            f"a subscription that is {status or 'new'} cannot be {event}"
        ) from None
