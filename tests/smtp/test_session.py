"""A session over a real socket, against servers honest, lying, slow and dying."""

from __future__ import annotations

import asyncio

import pytest

from lying_server import CLOSE, HANG, RESET, Answer, LyingServer, Question, Talk
from mailer.smtp import (
    ClosingError,
    Kind,
    LostError,
    RelayAddress,
    RelayError,
    Session,
    Stage,
    TimedOutError,
    Timeouts,
    open_session,
)
from tests.smtp.acting import Letters
from tests.smtp.running import brief, kinds, letter, letters, run

pytestmark = pytest.mark.usefixtures("every_loop")


def relay(server: LyingServer, timeouts: Timeouts | None = None) -> RelayAddress:
    return RelayAddress(host="127.0.0.1", port=server.port, timeouts=timeouts or Timeouts())


async def sent(feed: Letters, address: RelayAddress, messages: int | None = None) -> Session:
    """A session that ends by itself when the feed is empty."""
    session = await open_session(address, feed, messages=messages or len(feed.waiting))
    await session.done()
    return session


def at(verb: str, answer: Answer, nth: int = 1) -> LyingServer:
    """Honest, but for the nth question of this verb."""

    def lie(question: Question) -> Answer:
        return answer if (question.verb, question.nth) == (verb, nth) else None

    return LyingServer(lie)


@pytest.mark.parametrize("offers", [("PIPELINING",), ("ENHANCEDSTATUSCODES",)])
def test_every_message_arrives_whole_and_in_order(offers: tuple[str, ...]) -> None:
    async def story() -> None:
        feed = letters(50)
        contents = [envelope.content for envelope in feed.waiting]
        async with LyingServer(offers=offers) as server:
            await sent(feed, relay(server))
        assert [kept.content for kept in server.kept] == contents
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 50
        assert server.heard[-1] == "QUIT"

    run(story())


def test_several_sessions_share_one_feed() -> None:
    async def story() -> None:
        feed = letters(100)
        async with LyingServer() as server:
            sessions = [await open_session(relay(server), feed) for _ in range(4)]
            while feed.waiting:
                await asyncio.sleep(0)
            for session in sessions:
                session.finish()
            for session in sessions:
                await session.done()
        assert len({kept.recipients for kept in server.kept}) == 100
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 100

    run(story())


def test_a_session_without_work_waits_and_can_be_woken() -> None:
    async def story() -> None:
        feed = Letters()
        async with LyingServer() as server:
            session = await open_session(relay(server), feed)
            await asyncio.sleep(0)
            assert session.idle
            feed.waiting.append(letter("ann"))
            session.wake()
            assert not session.idle
            session.finish()
            await session.done()
            assert not session.is_open
        assert kinds(feed.outcomes) == [Kind.ACCEPTED]

    run(story())


def test_a_huge_content_drains_through_a_slow_reader() -> None:
    async def story() -> None:
        feed = Letters(letter("ann", b"0123456789\r\n" * 1_500_000), letter("bob"))
        async with LyingServer(offers=("PIPELINING",)) as server:
            await sent(feed, relay(server))
        assert [len(kept.content) for kept in server.kept] == [18_000_000, 8]
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 2

    run(story())


def test_writing_does_not_keep_us_from_hearing_an_early_refusal() -> None:
    """A server that refuses in the middle of a content is heard while the rest still waits."""

    async def impatient(talk: Talk) -> None:
        await talk.say("220 hello")
        await talk.line()
        await talk.say("250-hello\r\n250 PIPELINING")
        for answer in ("250 Ok", "250 Ok", "354 Go on"):
            await talk.line()
            await talk.say(answer)
        await talk.reader.readexactly(1000)
        await talk.say("421 4.3.0 I give up")
        await talk.reader.read()

    async def story() -> None:
        feed = Letters(letter("ann", b"0123456789\r\n" * 3_000_000))
        async with LyingServer(script=impatient) as server:
            with pytest.raises(ClosingError, match="I give up"):
                await sent(feed, relay(server))
        assert [(o.kind, o.stage) for o in feed.outcomes] == [(Kind.DEFERRED, Stage.CONTENT)]

    run(story())


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        ("MAIL", Kind.UNSENT),
        ("RCPT", Kind.UNSENT),
        ("DATA", Kind.UNSENT),
        (".", Kind.IN_DOUBT),
    ],
)
@pytest.mark.parametrize(
    ("how", "error"), [(CLOSE, LostError), (RESET, LostError), (HANG, TimedOutError)]
)
def test_a_server_that_dies_or_hangs_ends_the_session(
    verb: str, kind: Kind, how: Answer, error: type[RelayError]
) -> None:
    async def story() -> None:
        feed = letters(3)
        async with at(verb, how, nth=2) as server:
            with pytest.raises(error):
                await sent(feed, relay(server, brief(verb) if how is HANG else None))
        assert sorted(kinds(feed.outcomes)) == sorted(
            [Kind.ACCEPTED, kind] + [Kind.UNSENT] * (len(feed.taken) - 2)
        )

    run(story())


def test_a_server_that_reads_nothing_is_given_up_after_the_time_of_one_block() -> None:
    async def deaf(talk: Talk) -> None:
        await talk.say("220 hello")
        await talk.line()
        await talk.say("250-hello\r\n250 PIPELINING")
        for answer in ("250 Ok", "250 Ok", "354 Go on"):
            await talk.line()
            await talk.say(answer)
        talk.stop_reading()
        await asyncio.Event().wait()

    async def story() -> None:
        feed = Letters(letter("ann", b"0123456789\r\n" * 3_000_000))
        patient = Timeouts(block=0.2, quit=0.2)
        async with LyingServer(script=deaf) as server:
            with pytest.raises(TimedOutError):
                await sent(feed, relay(server, patient))
        assert kinds(feed.outcomes) == [Kind.IN_DOUBT]

    run(story())


def test_an_outcome_is_not_held_for_a_slow_354() -> None:
    """What was accepted is told within two heartbeats, though the next content cannot leave."""

    async def story() -> None:
        feed = letters(2)
        told = asyncio.Event()
        settle = feed.settle
        feed.settle = lambda outcome: (settle(outcome), told.set())  # type: ignore[method-assign,assign,return-value]
        quick_heart = Timeouts(quit=0.05)
        async with at("MAIL", HANG, nth=2) as server:
            session = await open_session(relay(server, quick_heart), feed)
            await told.wait()
            assert [(o.envelope.key, o.kind) for o in feed.told] == [("reader0", Kind.ACCEPTED)]
            session.abort()
            await session.done()

    run(story())


def test_a_refused_recipient_costs_nobody_else_anything() -> None:
    def lie(question: Question) -> Answer:
        if question.verb == "RCPT" and question.nth % 3 == 0:
            return "550 5.1.1 Unknown"
        if question.verb == "DATA" and question.nth % 2 == 0:
            return None
        return "354 Go on" if question.verb == "DATA" else None

    async def story() -> None:
        feed = letters(30)
        async with LyingServer(lie) as server:
            await sent(feed, relay(server))
        accepted = {o.envelope.recipient for o in feed.outcomes if o.kind is Kind.ACCEPTED}
        assert len(accepted) == 20
        assert {kept.recipients[0] for kept in server.kept} == accepted

    run(story())


def test_what_commit_raises_comes_out_of_done_and_no_content_leaves() -> None:
    async def story() -> None:
        feed = letters(2)
        feed.trouble = OSError("no space left on device")
        async with LyingServer() as server:
            with pytest.raises(OSError, match="no space left"):
                await sent(feed, relay(server))
        assert server.kept == []
        assert kinds(feed.outcomes) == [Kind.UNSENT] * 2

    run(story())


def test_what_settle_raises_loses_no_other_outcome() -> None:
    async def story() -> None:
        feed = letters(3)
        settle = feed.settle

        def stumbling(outcome: object) -> None:
            settle(outcome)  # type: ignore[arg-type]
            raise ValueError("stumbled")

        feed.settle = stumbling  # type: ignore[method-assign,assign]
        async with at(".", CLOSE) as server:
            with pytest.raises(ValueError, match="stumbled"):
                await sent(feed, relay(server))
        assert sorted(kinds(feed.outcomes)) == [Kind.IN_DOUBT, Kind.UNSENT]

    run(story())


@pytest.mark.parametrize("where", ["take", "commit", "settle"])
@pytest.mark.parametrize("what", ["wake", "finish", "abort"])
def test_a_feed_may_wake_finish_and_abort_from_within(where: str, what: str) -> None:
    async def story() -> None:
        feed = letters(3)
        called = getattr(feed, where)
        async with LyingServer() as server:
            session = await open_session(relay(server), feed, messages=3)

            def meddling(*facts: object) -> object:
                result = called(*facts)
                if len(feed.taken) > 1:
                    getattr(session, what)()
                return result

            setattr(feed, where, meddling)
            await session.done()
        assert sorted(str(o.envelope.key) for o in feed.outcomes) == sorted(
            str(envelope.key) for envelope in feed.taken
        )
        accepted = kinds(feed.outcomes).count(Kind.ACCEPTED)
        assert accepted == (3 if what == "wake" else len(server.kept))

    run(story())
