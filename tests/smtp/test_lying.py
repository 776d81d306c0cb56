"""A server that says anything, in any packets: no hang, no traceback, no wrong outcome.

The judge beside it knows nothing of states. It reads what the client wrote as a server would, and
counts: the k-th answer belongs to the k-th question.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mailer.smtp import Capabilities, Envelope, Kind, RelayAddress, Session
from tests.smtp.acting import Letters, Wire

LOOP = asyncio.new_event_loop()


class Judge:
    """Questions and answers by count; `verdicts` are the codes given to contents."""

    def __init__(self) -> None:
        self.questions: deque[tuple[str, str]] = deque()
        self.verdicts: dict[str, int] = {}
        self.sent: set[str] = set()
        self.broken = False
        self._content_next = False
        self._lines: list[str] = []
        self._rest = ""

    def read(self, written: bytes) -> None:
        """What the client wrote: questions, and contents where 354 allowed one."""
        data = written.decode()
        while data:
            if self._content_next:
                body, _, data = ("", "", data[3:]) if data[:3] == ".\r\n" else _parted(data)
                self._content_next = False
                self.questions.append((".", body))
                self.sent.add(body)
            else:
                line, _, data = data.partition("\r\n")
                self.questions.append((line.split(" ")[0], line))

    def hear(self, chunk: str) -> None:
        """What the server says."""
        self._rest += chunk
        while "\r\n" in self._rest and not self.broken:
            line, _, self._rest = self._rest.partition("\r\n")
            self._lines.append(line)
            if line[3:4] != "-" or not line[:3].isdigit():
                self._count()
        if not self.questions and (self._rest or self._lines):
            self.broken = True

    def _count(self) -> None:
        lines, self._lines = self._lines, []
        codes = {line[:3] for line in lines}
        code = int(lines[0][:3]) if len(codes) == 1 and lines[0][:3].isdigit() else 0
        if not 200 <= code <= 599 or not self.questions:
            self.broken = True
            return
        verb, what = self.questions.popleft()
        self._content_next = verb == "DATA" and 300 <= code < 400
        if verb == "." and what:
            self.verdicts[what] = code
        self.broken = code == 421

    def expected(self) -> dict[str, Kind]:
        """What must have been said of each content that left."""
        return {content: _kind(self.verdicts.get(content, 0)) for content in self.sent if content}


def _parted(data: str) -> tuple[str, str, str]:
    body, dot, rest = data.partition("\r\n.\r\n")
    assert dot, "a content without its end"
    return body, dot, rest


def _kind(code: int) -> Kind:
    return {2: Kind.ACCEPTED, 4: Kind.DEFERRED, 5: Kind.FAILED}.get(code // 100, Kind.IN_DOUBT)


ANSWERS = st.sampled_from(
    ["250 Ok", "250 2.0.0 Ok", "354 Go on", "354 Go on", "251 Ok", "299 Ok", "334 Hm",
     "450 4.2.1 No", "451 No", "550 5.1.1 No", "554 No", "599 No", "250-Ok\r\n250 Ok",
     "550-No\r\n550 5.7.1 No", "250-Ok\r\n550 No", "220 Hello",
     "421 Bye", "What?", "", "25", "999 No", "250"]
)  # fmt: skip


class LyingServerMachine(RuleBasedStateMachine):
    @initialize(
        pipelining=st.booleans(), letters=st.integers(0, 6), limit=st.none() | st.integers(1, 4)
    )
    def connect(self, pipelining: bool, letters: int, limit: int | None) -> None:
        self.judge = Judge()
        self.wire = Wire()
        self.feed = Letters()
        self.number = 0

        async def start() -> Session:
            offers = Capabilities(pipelining=pipelining)
            return Session(
                RelayAddress(host="lie.example", port=25), offers, self.feed, messages=limit
            )

        self.session = LOOP.run_until_complete(start())
        self.session.take_over(self.wire, b"")
        self.write_letters(letters)
        self.turn_loop()

    def write_letters(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            key = f"letter {self.number}"
            content = f"{key}\r\n".encode()
            self.feed.waiting.append(Envelope(key, "a@a.example", "b@b.example", content))

    def turn_loop(self) -> None:
        LOOP.run_until_complete(asyncio.sleep(0))
        self.collect()

    def collect(self) -> None:
        while self.wire.written:
            self.judge.read(self.wire.written.popleft())

    def server_says(self, text: str, cuts: list[int]) -> None:
        places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
        for start, end in pairwise(places):
            if not self.session.is_open:
                return
            self.judge.hear(text[start:end])
            self.session.data_received(text[start:end].encode())
            self.collect()

    @rule(answers=st.lists(ANSWERS, max_size=4), cuts=st.lists(st.integers(0, 99), max_size=3))
    def lie(self, answers: list[str], cuts: list[int]) -> None:
        self.server_says("".join(f"{answer}\r\n" for answer in answers), cuts)

    @rule(data=st.data(), cuts=st.lists(st.integers(0, 99), max_size=3))
    def be_honest(self, data: st.DataObject, cuts: list[int]) -> None:
        due = [verb for verb, _ in self.judge.questions]
        count = data.draw(st.integers(0, len(due)))
        said = "".join("354 Go on\r\n" if verb == "DATA" else "250 Ok\r\n" for verb in due[:count])
        self.server_says(said, cuts)

    @rule(refusal=st.sampled_from(["450 Later", "550 No", "421 Bye"]))
    def refuse_the_next(self, refusal: str) -> None:
        if self.judge.questions:
            self.server_says(f"{refusal}\r\n", [])

    @rule(count=st.integers(1, 3))
    def more_letters(self, count: int) -> None:
        self.write_letters(count)
        self.session.wake()
        self.collect()

    @rule()
    def finish(self) -> None:
        self.session.finish()
        self.collect()

    @rule()
    @precondition(lambda self: self.number > 3)
    def lose(self) -> None:
        self.session.connection_lost(ConnectionResetError())

    @rule()
    @precondition(lambda self: self.number > 3)
    def abort(self) -> None:
        self.session.abort()

    @rule(refuse=st.booleans())
    @precondition(lambda self: self.number > 3)
    def hold_back(self, refuse: bool) -> None:
        self.feed.refuse = refuse

    @invariant()
    def nobody_is_told_of_twice(self) -> None:
        if hasattr(self, "feed"):
            told = Counter(str(outcome.envelope.key) for outcome in self.feed.outcomes)
            assert not told or max(told.values()) == 1

    @invariant()
    def accepted_is_what_got_its_2xx(self) -> None:
        if hasattr(self, "feed"):
            for outcome in self.feed.outcomes:
                verdict = self.judge.verdicts.get(str(outcome.envelope.key), 0)
                assert (outcome.kind is Kind.ACCEPTED) == (200 <= verdict < 300)

    def teardown(self) -> None:
        if not hasattr(self, "feed"):
            return
        self.session.abort()
        self.session.connection_lost(None)
        told = {str(outcome.envelope.key): outcome.kind for outcome in self.feed.outcomes}
        assert sorted(told) == sorted(str(envelope.key) for envelope in self.feed.taken)
        assert {key: told[key] for key in self.judge.expected()} == self.judge.expected()
        unsent = set(told) - set(self.judge.sent)
        assert all(told[key] not in (Kind.ACCEPTED, Kind.IN_DOUBT) for key in unsent)


TestLyingServer = LyingServerMachine.TestCase
TestLyingServer.settings = settings(stateful_step_count=40)
