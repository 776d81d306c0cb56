"""A part that dies is started again, ever later; what cannot happen to one raises."""

from __future__ import annotations

import pytest

from mailer.running.life import (
    ImpossiblePartMoveError,
    PartEvent,
    PartState,
    deaths_in_a_row,
    part_after,
    pause_after,
)


def test_pauses_grow_to_a_minute() -> None:
    assert [pause_after(deaths) for deaths in range(1, 5)] == [0.5, 1, 2, 4]
    assert pause_after(10_000) == 60


def test_who_lived_for_a_while_is_forgiven_earlier_deaths() -> None:
    assert deaths_in_a_row(4, lived_seconds=2) == 5
    assert deaths_in_a_row(4, lived_seconds=60) == 1


def test_nothing_is_started_again_once_it_was_told_to_stop() -> None:
    reachable, states = {PartState.STOPPING}, {PartState.STOPPING}
    while states:
        states = {
            part_after(state, event)
            for state in states
            for event in PartEvent
            if state is not PartState.ENDED and _is_possible(state, event)
        } - reachable
        reachable |= states
    assert reachable == {PartState.STOPPING, PartState.ENDED}


def _is_possible(state: PartState, event: PartEvent) -> bool:
    try:
        part_after(state, event)
    except ImpossiblePartMoveError:
        return False
    return True


def test_what_cannot_happen_raises() -> None:
    with pytest.raises(ImpossiblePartMoveError):
        part_after(PartState.ENDED, PartEvent.RESTED)
