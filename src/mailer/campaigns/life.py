"""The lives of a campaign and of a delivery: which state follows which, and what is impossible."""

from __future__ import annotations

from enum import StrEnum

from mailer.errors import MailerError
from mailer.store.tables import CampaignState as C
from mailer.store.tables import DeliveryState as D


class ImpossibleMoveError(MailerError):
    """A campaign or a delivery cannot go from where it stands to there."""


class CampaignEvent(StrEnum):
    """What can befall a campaign."""

    GREW = "grew"
    PAUSED = "paused"
    RESUMED = "resumed"
    DRAINED = "drained"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    """What can befall a delivery."""

    TAKEN = "taken"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    SKIPPED = "skipped"
    DOUBTED = "doubted"
    RELEASED = "released"
    """Its worker stopped or died before the message left."""
    FELL_DUE = "fell_due"
    RETRIED = "retried"
    """Failed, and a person wants it tried again."""
    RESOLVED = "resolved"
    """In doubt, and to be sent again."""
    CANCELLED = "cancelled"


CAMPAIGN_MOVES: dict[tuple[C, CampaignEvent], C] = {
    (C.SENDING, CampaignEvent.GREW): C.SENDING,
    (C.SENDING, CampaignEvent.PAUSED): C.PAUSED,
    (C.SENDING, CampaignEvent.DRAINED): C.FINISHED,
    (C.SENDING, CampaignEvent.CANCELLED): C.CANCELLED,
    (C.PAUSED, CampaignEvent.RESUMED): C.SENDING,
    (C.PAUSED, CampaignEvent.CANCELLED): C.CANCELLED,
    (C.FINISHED, CampaignEvent.GREW): C.SENDING,
}

DELIVERY_MOVES: dict[tuple[D, DeliveryEvent], D] = {
    (D.PENDING, DeliveryEvent.TAKEN): D.TAKEN,
    (D.PENDING, DeliveryEvent.SKIPPED): D.SKIPPED,
    (D.PENDING, DeliveryEvent.CANCELLED): D.CANCELLED,
    (D.TAKEN, DeliveryEvent.ACCEPTED): D.ACCEPTED,
    (D.TAKEN, DeliveryEvent.DEFERRED): D.DEFERRED,
    (D.TAKEN, DeliveryEvent.FAILED): D.FAILED,
    (D.TAKEN, DeliveryEvent.SKIPPED): D.SKIPPED,
    (D.TAKEN, DeliveryEvent.DOUBTED): D.IN_DOUBT,
    (D.TAKEN, DeliveryEvent.RELEASED): D.PENDING,
    (D.DEFERRED, DeliveryEvent.FELL_DUE): D.PENDING,
    (D.DEFERRED, DeliveryEvent.FAILED): D.FAILED,
    (D.DEFERRED, DeliveryEvent.CANCELLED): D.CANCELLED,
    (D.FAILED, DeliveryEvent.RETRIED): D.PENDING,
    (D.IN_DOUBT, DeliveryEvent.RESOLVED): D.PENDING,
    (D.IN_DOUBT, DeliveryEvent.ACCEPTED): D.ACCEPTED,
}

# Nothing more will happen to a delivery in one of these by itself.
SETTLED = frozenset({D.ACCEPTED, D.FAILED, D.SKIPPED, D.CANCELLED, D.IN_DOUBT})


def campaign_after(state: C, event: CampaignEvent) -> C:
    """The state of a campaign that follows; raises ImpossibleMoveError."""
    try:
        return CAMPAIGN_MOVES[state, event]
    except KeyError:
        raise ImpossibleMoveError(f"a campaign that is {state} cannot be {event}") from None


def delivery_after(state: D, event: DeliveryEvent) -> D:
    """The state of a delivery that follows; raises ImpossibleMoveError."""
    try:
        return DELIVERY_MOVES[state, event]
    except KeyError:
        raise ImpossibleMoveError(f"a delivery that is {state} cannot be {event}") from None
