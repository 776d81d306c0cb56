"""A relay that says anything, a list that moves: no hang, no traceback, no wrong outcome.

What the relay kept for a reader lies between what the ledger calls accepted and that plus its
doubts, whatever was said, however often the command was run.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from delivery.press import Press, carry
from delivery.test_consent import withdraw
from lying_server import CLOSE, PIPELINING, RESET, Answer, Kept, LyingServer, Question
from mailer.campaigns import CampaignEvent, DeliveryEvent, resolve_doubts, retry_failed, steer
from mailer.delivery import RelayDownError, health, pool
from mailer.store import Store
from mailer.store.tables import CampaignState, DeliveryState
from smtp.running import run

D = DeliveryState
ANSWERS: list[Answer] = [
    "450 4.2.1 later",
    "451 not now",
    "550 5.1.1 nobody",
    "552 5.2.2 full",
    "550 5.7.1 policy",
    "554-no\r\n554 5.3.0 no",
    ("421 4.3.2 closing", CLOSE),
    RESET,
    CLOSE,
    "what?",
    "354 go on",
    "250 2.0.0 sure",
    ("250 ok", "250 and another"),
    ("250 ok", "354 and go"),
    (b"25", b"0 in\r\n"),
    (b"250-several\r\n", b"250 lines\r\n"),
    b"250 no end",
]
VERBS = ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", ".", ".")
faults = st.dictionaries(
    st.tuples(st.sampled_from(VERBS), st.integers(1, 9)), st.sampled_from(ANSWERS), max_size=5
)
_MIGRATED: list[Path] = []


@pytest.fixture(autouse=True, scope="module")
def _haste(migrated_sqlite: Path) -> Iterator[None]:
    """Pauses that are waited for by people are not waited for by tests."""
    _MIGRATED.append(migrated_sqlite)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(health, "FIRST_DOWN_PAUSE", 0.01)
        patch.setattr(health, "FIRST_SLOW_PAUSE", 0.01)
        patch.setattr(pool, "BRIEF_PAUSE", 0.001)
        yield


class AnyRelay(RuleBasedStateMachine):
    @initialize(hold=st.booleans(), connections=st.integers(1, 3), readers=st.integers(3, 9))
    def begin(self, hold: bool, connections: int, readers: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(_MIGRATED[-1], self.folder / "mailer.db")
        url = f"sqlite:///{self.folder}/mailer.db"
        self.press = Press(self.folder, Store(url), url)
        doubt = "hold" if hold else "resend"
        self.press.delivery = f'batch_size = 4\nin_doubt = "{doubt}"'
        self.press.relay = f'connections = {connections}\ntimeout = "1s"'
        self.press.launch(readers)
        self.hold = hold
        self.copies: Counter[str] = Counter()
        self.left: set[str] = set()

    @rule(faults=faults, pipelining=st.booleans())
    def send(self, faults: dict[tuple[str, int], Answer], pipelining: bool) -> None:
        def answer(question: Question) -> Answer:
            return faults.get((question.verb, question.nth))

        offers = PIPELINING if pipelining else PIPELINING[1:]
        kept: list[Kept] = []

        async def sending() -> None:
            async with LyingServer(answer, offers=offers) as server:
                try:
                    await carry(self.press.dispatch(main=server.port), self.press.campaign)
                finally:
                    kept.extend(server.kept)

        with contextlib.suppress(RelayDownError):
            run(sending())
        recipients = [one for message in kept for one in message.recipients]
        self.copies.update(recipients)
        assert not self.left & set(recipients)

    @rule(number=st.integers(0, 8))
    def somebody_leaves(self, number: int) -> None:
        reader = self.press.readers[number % len(self.press.readers)]
        withdraw(self.press, reader)
        self.left.add(reader)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.press.clock.turn(hours=hours)

    @rule()
    @precondition(lambda self: self.state() in {CampaignState.SENDING, CampaignState.PAUSED})
    def pause_or_resume(self) -> None:
        sending = self.state() is CampaignState.SENDING
        with self.press.store.write() as connection:
            event = CampaignEvent.PAUSED if sending else CampaignEvent.RESUMED
            steer(connection, 1, event, self.press.clock())

    @rule()
    def retry(self) -> None:
        with self.press.store.write() as connection:
            retry_failed(connection, 1)

    @rule()
    @precondition(lambda self: self.hold)
    def resend_doubtful(self) -> None:
        with self.press.store.write() as connection:
            resolve_doubts(connection, 1, DeliveryEvent.RESOLVED, self.press.clock())

    @rule(count=st.integers(1, 2))
    def more_readers(self, count: int) -> None:
        self.press.launch(count)

    def state(self) -> CampaignState:
        return self.press.standing()[0]

    @invariant()
    def the_states_sum_to_the_audience_and_nothing_is_left_taken(self) -> None:
        if hasattr(self, "press"):
            states = self.press.states()
            assert states.total() == len(self.press.readers)
            assert not states[D.TAKEN]
            assert self.press.leftover_journals() == []

    @invariant()
    def what_was_kept_lies_between_accepted_and_that_plus_doubts(self) -> None:
        if hasattr(self, "press"):
            for reader, row in self.press.rows().items():
                accepted = row.state is D.ACCEPTED
                assert accepted <= self.copies[reader] <= accepted + row.doubts, (reader, row)

    @invariant()
    def a_campaign_is_finished_when_nothing_of_it_is_left_to_do(self) -> None:
        if hasattr(self, "press"):
            left = {D.PENDING, D.TAKEN, D.DEFERRED} & set(self.press.states())
            assert not (left and self.state() is CampaignState.FINISHED)

    def teardown(self) -> None:
        """An honest relay and enough time bring everything to its end."""
        if not hasattr(self, "press"):
            return
        if self.state() is CampaignState.PAUSED:
            self.pause_or_resume()
        for _ in range(2):
            self.press.clock.turn(hours=100)
            self.send({}, pipelining=True)
        self.what_was_kept_lies_between_accepted_and_that_plus_doubts()
        assert not {D.PENDING, D.TAKEN, D.DEFERRED} & set(self.press.states())
        assert self.state() is CampaignState.FINISHED
        self.press.store.close()
        shutil.rmtree(self.folder)


TestAnyRelay = AnyRelay.TestCase
TestAnyRelay.settings = settings(max_examples=10, stateful_step_count=8)
