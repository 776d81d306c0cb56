"""What can befall a campaign and a delivery, and what cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.campaigns import (
    CAMPAIGN_MOVES,
    DELIVERY_MOVES,
    SETTLED,
    CampaignEvent,
    DeliveryEvent,
    ImpossibleMoveError,
    campaign_after,
    delivery_after,
)
from mailer.store.tables import CampaignState, DeliveryState

# Only a person's word brings these about.
BY_HAND = {DeliveryEvent.RETRIED, DeliveryEvent.RESOLVED}


@given(events=st.lists(st.sampled_from(DeliveryEvent), max_size=30))
def test_a_delivery_that_was_accepted_skipped_or_cancelled_stays_so(
    events: list[DeliveryEvent],
) -> None:
    state, final = DeliveryState.PENDING, None
    for event in events:
        try:
            state = delivery_after(state, event)
        except ImpossibleMoveError:
            assert (state, event) not in DELIVERY_MOVES
        if final is not None:
            assert state is final
        if state in {DeliveryState.ACCEPTED, DeliveryState.SKIPPED, DeliveryState.CANCELLED}:
            final = state


def test_what_is_settled_moves_by_a_persons_word_alone() -> None:
    for state, event in DELIVERY_MOVES:
        if state in SETTLED:
            assert event in BY_HAND or (state, event) == (
                DeliveryState.IN_DOUBT,
                DeliveryEvent.ACCEPTED,
            )


def test_every_state_is_reached_and_from_every_open_one_there_is_an_end() -> None:
    reached = {DeliveryState.PENDING}
    for _ in DELIVERY_MOVES:
        reached |= {after for (before, _), after in DELIVERY_MOVES.items() if before in reached}
    assert reached == set(DeliveryState)
    ends = set(SETTLED)
    for _ in DELIVERY_MOVES:
        ends |= {before for (before, _), after in DELIVERY_MOVES.items() if after in ends}
    assert ends == set(DeliveryState)


@pytest.mark.parametrize("event", CampaignEvent)
def test_a_cancelled_campaign_is_over(event: CampaignEvent) -> None:
    with pytest.raises(ImpossibleMoveError, match="a campaign that is cancelled cannot be"):
        campaign_after(CampaignState.CANCELLED, event)
    assert set(CAMPAIGN_MOVES.values()) == set(CampaignState)
