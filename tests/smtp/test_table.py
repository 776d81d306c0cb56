"""Every state meets every event, the unwritten cells too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailer.smtp import (
    OURS,
    ROWS,
    TABLE,
    THEIRS,
    Capabilities,
    ClosingError,
    Effect,
    Envelope,
    Event,
    Kind,
    LocalError,
    LostError,
    Outcome,
    Pipeline,
    RemoteError,
    State,
)

YES, GO, NO = b"250 Ok\r\n", b"354 Go\r\n", b"550 No\r\n"

# How each state is reached: bytes are the server's, a word is a step of ours.
GROUP = ("pipelining", "begin")
ALONE = ("begin",)
ROUTES: dict[State, tuple[str | bytes, ...]] = {
    State.IDLE: (),
    State.DIRTY: (*GROUP, YES, NO, NO),
    State.RSET: (*GROUP, YES, NO, NO, "begin"),
    State.MAIL: GROUP,
    State.RCPT: (*GROUP, YES),
    State.RCPT_VOID: (*GROUP, NO),
    State.DATA: (*GROUP, YES, YES),
    State.DATA_VOID: (*GROUP, YES, NO),
    State.DATA_ODD: (*GROUP, NO, YES),
    State.MAY_CONTENT: (*GROUP, YES, YES, GO),
    State.MUST_DOT: (*GROUP, YES, NO, GO),
    State.CONTENT: (*GROUP, YES, YES, GO, "send"),
    State.DOT: (*GROUP, YES, NO, GO, "speak"),
    State.RSET_ALONE: (*ALONE, YES, "speak", NO, "begin"),
    State.MAY_MAIL: (*ALONE, YES, "speak", NO, "begin", YES),
    State.MAIL_ALONE: ALONE,
    State.MAY_RCPT: (*ALONE, YES),
    State.RCPT_ALONE: (*ALONE, YES, "speak"),
    State.MAY_DATA: (*ALONE, YES, "speak", YES),
    State.QUIT: ("quit",),
    State.CLOSED: ("lose",),
}
SAID: dict[Event, bytes] = {
    Event.YES: YES,
    Event.GO: GO,
    Event.LATER: b"450 Later\r\n",
    Event.NO: NO,
    Event.BYE: b"421 Bye\r\n",
    Event.GARBLED: b"What?\r\n",
}
KINDS: dict[Effect, set[Kind]] = {
    Effect.ACCEPTED: {Kind.ACCEPTED},
    Effect.REFUSED: {Kind.DEFERRED, Kind.FAILED},
    Effect.POSTPONED: {Kind.DEFERRED},
    Effect.UNSENT: {Kind.UNSENT},
    Effect.DOUBT: {Kind.IN_DOUBT},
}


class Walk:
    """A pipeline led along a route; remembers what was staged and told."""

    def __init__(self, route: tuple[str | bytes, ...]) -> None:
        self.pipeline = Pipeline(Capabilities(pipelining="pipelining" in route))
        self.staged: list[Envelope] = []
        self.told: list[Outcome] = []
        for step in route:
            self.take(step)

    def take(self, step: str | bytes) -> None:
        if isinstance(step, bytes):
            self.told += self.pipeline.receive(step)
        elif step == "lose":
            self.told += self.pipeline.lose("gone", LostError("gone"))
        elif step != "pipelining":
            if step == "begin":
                self.stage()
            getattr(self.pipeline, step)()

    def stage(self) -> None:
        envelope = Envelope(len(self.staged), "a@a.example", "b@b.example", b"Hi\r\n")
        assert self.pipeline.stage(envelope) is None
        self.staged.append(envelope)


def test_every_state_has_a_row_and_a_route() -> None:
    assert set(ROWS) == set(State) == set(ROUTES)


@pytest.mark.parametrize("state", State)
def test_the_route_leads_to_its_state(state: State) -> None:
    assert Walk(ROUTES[state]).pipeline.state is state


@pytest.mark.parametrize("event", THEIRS)
@pytest.mark.parametrize("state", State)
def test_what_they_say_does_what_the_table_says(state: State, event: Event) -> None:
    walk = Walk(ROUTES[state])
    before = len(walk.told)
    cell = TABLE[state][event]
    assert cell is not None
    walk.take(SAID[event] if event is not Event.LOST else "lose")
    assert walk.pipeline.state is cell[0]
    told = walk.told[before:]
    assert len(told) == (cell[1] is not Effect.NOTHING)
    assert not told or told[0].kind in KINDS[cell[1]]


@pytest.mark.parametrize("state", [s for s in State if s not in (State.QUIT, State.CLOSED)])
def test_what_ends_the_connection_has_a_name(state: State) -> None:
    for event, error in {
        Event.BYE: ClosingError,
        Event.GARBLED: RemoteError,
        Event.LOST: LostError,
    }.items():
        walk = Walk(ROUTES[state])
        walk.take(SAID[event] if event is not Event.LOST else "lose")
        assert type(walk.pipeline.error) is error


STEPS: dict[Event, Callable[[Pipeline], bytes]] = {
    Event.BEGIN: Pipeline.begin,
    Event.BEGIN_ALONE: Pipeline.begin,
    Event.SPEAK: Pipeline.speak,
    Event.SEND: Pipeline.send,
    Event.SAY_QUIT: Pipeline.quit,
}


@pytest.mark.parametrize("event", OURS)
@pytest.mark.parametrize("state", State)
def test_a_step_out_of_turn_is_our_bug_and_changes_nothing(state: State, event: Event) -> None:
    if TABLE[state][event] is not None:
        return
    walk = Walk(ROUTES[state])
    if walk.pipeline.can_stage:
        walk.stage()
    with pytest.raises(LocalError):
        STEPS[event](walk.pipeline)
    assert walk.pipeline.state is state
    walk.take("lose")
    assert len(walk.told) == len(walk.staged)


@pytest.mark.parametrize("state", State)
def test_each_message_staged_is_told_once_whenever_the_connection_ends(state: State) -> None:
    walk = Walk(ROUTES[state])
    if walk.pipeline.can_stage:
        walk.stage()
    walk.take("lose")
    assert sorted(str(o.envelope.key) for o in walk.told) == [
        str(envelope.key) for envelope in walk.staged
    ]
