"""The one place where the protocol meets a socket and the upper room's messages."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final, cast

from mailer.smtp.capabilities import Capabilities
from mailer.smtp.envelope import Envelope, Kind, Outcome, Stage
from mailer.smtp.errors import LocalError, LostError, RelayError, TimedOutError
from mailer.smtp.feed import Feed
from mailer.smtp.handshake import shake_hands
from mailer.smtp.pipeline import Pipeline
from mailer.smtp.relay import RelayAddress
from mailer.smtp.table import State
from mailer.smtp.watch import Watch

# Room for a whole message in the kernel, so that it leaves in one write; the kernel may cap it.
_SEND_BUFFER: Final = 1 << 20
# States in which an outcome may wait for the next content to be journalled with it.
_CARRYING: Final = frozenset((State.MAIL, State.RCPT, State.DATA, State.MAY_CONTENT))


class Session(asyncio.Protocol):
    """One connection that sends what its feed gives it, until told or forced to end.

    All methods return at once. `done` ends when the connection has.
    """

    def __init__(
        self,
        relay: RelayAddress,
        offers: Capabilities,
        feed: Feed,
        *,
        messages: int | None = None,
    ) -> None:
        self.relay = relay
        self.offers = offers
        self._feed = feed
        self._pipeline = Pipeline(offers)
        self._left = messages
        self._finishing = False
        self._held: Outcome | None = None  # goes with the next commit
        self._stale: Outcome | None = None  # was held at the last heartbeat already
        self._untold: deque[Outcome] = deque()
        self._working = False
        self._failure: Exception | None = None  # what the feed raised, or a bug of ours
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._fallback: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport
        self._watch: Watch

    # For the upper room -----------------------------------------------------------------------

    def wake(self) -> None:
        """There may be something to take again, after `take` returned None."""
        if self._working:  # called from within the feed
            self._loop.call_soon(self.wake)
            return
        step = _STEPS.get(self._pipeline.state)
        if step is not None:
            self._guarded(step)
        elif self._pipeline.can_follow:
            self._guarded(Session._follow)

    def finish(self) -> None:
        """Takes no more, brings to an end what is on its way, says QUIT."""
        self._finishing = True
        self.wake()

    def abort(self, why: str = "the session was aborted") -> None:
        """Hangs up at once; what was on its way is told to the feed before this returns."""
        self._end(why)

    async def done(self) -> None:
        """Returns when the connection has ended in good order.

        Raises a RelayError when the relay ended it or forced us to, or what the feed raised.
        """
        await asyncio.shield(self._ended)

    @property
    def is_open(self) -> bool:
        """Whether the connection can still carry messages."""
        return self._pipeline.state not in (State.CLOSED, State.QUIT)

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return self._pipeline.state in (State.IDLE, State.DIRTY)

    # For the transport ------------------------------------------------------------------------

    def take_over(self, transport: asyncio.Transport, surplus: bytes) -> None:
        """Becomes the protocol of a connection after its handshake.

        `surplus` is what the server said beyond the handshake's last answer.
        """
        self._transport = transport
        transport.set_protocol(self)
        connection = cast("socket.socket | None", transport.get_extra_info("socket"))
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._watch = Watch(
            self._loop,
            self.relay.timeouts,
            transport.get_write_buffer_size,
            self._expired,
            self._beat,
        )
        if surplus:
            self.data_received(surplus)
        self._loop.call_soon(self.wake)

    def data_received(self, data: bytes) -> None:
        """Answers came."""
        if self._pipeline.state is not State.CLOSED:
            self._guarded(Session._hear, data)

    def eof_received(self) -> None:
        """The relay sends nothing more; the transport closes by itself."""
        self.connection_broke("the relay closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self.connection_broke(f"the connection was lost: {exc}" if exc else "it was closed")
        self._watch.stop()
        if self._fallback is not None:
            self._fallback.cancel()
        failure = self._failure or self._pipeline.error
        if self._ended.done():
            return
        if failure is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(failure)
            self._ended.exception()  # nobody need ask

    def connection_broke(self, why: str) -> None:
        """The relay's end is gone, or might as well be."""
        self._end(why, LostError(why))

    # Steps ------------------------------------------------------------------------------------

    def _hear(self, data: bytes) -> None:
        outcomes = self._pipeline.receive(data)
        state = self._pipeline.state
        if len(outcomes) == 1 and self._held is None and state in _CARRYING:
            self._held = outcomes[0]
        elif outcomes:
            self._tell(outcomes)
        if state is State.CLOSED:
            self._end("")
            return
        step = _STEPS.get(state)
        if step is not None:
            step(self)
        else:
            self._watch.wait_for(state)

    def _open(self) -> None:
        """Nothing is on its way: begin the next message, or leave."""
        self._tell(())
        self._stage()
        if self._pipeline.staged:
            self._write(self._pipeline.begin())
        elif self.idle and (self._finishing or self._pipeline.room == 0 or self._left == 0):
            self._write(self._pipeline.quit())
        else:
            self._watch.wait_for(self._pipeline.state)

    def _speak(self) -> None:
        self._write(self._pipeline.speak())

    def _dot(self) -> None:
        """A lone dot, and behind it the next group, as behind any content."""
        dot = self._pipeline.speak()
        self._stage()
        self._write(dot + self._pipeline.follow() if self._pipeline.staged else dot)

    def _send(self) -> None:
        """354 came: journal, then let the content go, and with it the next group."""
        if self._pipeline.can_stage:
            self._stage()
        if self._pipeline.state is not State.MAY_CONTENT:
            return  # the feed hung up while it was asked for a message
        if self._feed.commit(self._held, self._pipeline.ready()) is False:
            self._end("it was held back before its content left")
        self._held = None
        if self._pipeline.state is State.MAY_CONTENT:  # else commit refused it, or hung up
            self._transport.writelines(self._pipeline.send())
            self._watch.wait_for(self._pipeline.state)

    def _follow(self) -> None:
        """A group behind a content that left without one."""
        self._stage()
        if self._pipeline.staged:
            self._write(self._pipeline.follow())

    def _stage(self) -> None:
        """Takes the next message that can go on this connection."""
        pipeline = self._pipeline
        while not self._finishing and self._left != 0 and pipeline.can_stage:
            envelope = self._feed.take()
            if envelope is None:
                return
            if pipeline.state is State.CLOSED:  # the feed hung up while it was asked
                self._tell((Outcome(envelope, Kind.UNSENT, Stage.CONNECT, None, "aborted"),))
                return
            verdict = self._try_to_stage(envelope)
            if verdict is None:
                if self._left is not None:
                    self._left -= 1
                return
            # what cannot go here because of this connection may go on another: make room for it
            self._finishing = self._finishing or verdict.kind is Kind.UNSENT
            self._tell((verdict,))

    def _try_to_stage(self, envelope: Envelope) -> Outcome | None:
        try:
            return self._pipeline.stage(envelope)
        except LocalError as error:
            self._untold.append(Outcome(envelope, Kind.UNSENT, Stage.CONNECT, None, error.what))
            raise

    def _write(self, data: bytes) -> None:
        self._transport.write(data)
        self._watch.wait_for(self._pipeline.state)

    # Ends -------------------------------------------------------------------------------------

    def _tell(self, outcomes: Iterable[Outcome]) -> None:
        """Settles what is held back, then these."""
        untold = self._untold
        if self._held is not None:
            untold.append(self._held)
            self._held = None
        untold.extend(outcomes)
        while untold:
            self._feed.settle(untold.popleft())

    def _guarded(self, step: Callable[..., None], *arguments: object) -> None:
        """Whatever the feed raises, or a bug of ours, ends this session and nothing else."""
        self._working = True
        try:
            step(self, *arguments)
        except Exception as error:  # noqa: BLE001 - it comes out of `done`
            self._failure = self._failure or error
            self._end(str(error))
        finally:
            self._working = False

    def _end(self, why: str, error: RelayError | None = None) -> None:
        """Tells what became of everything on its way, and hangs up; a second time does nothing."""
        outcomes: Iterable[Outcome] = self._pipeline.lose(why, error)
        while outcomes or self._untold or self._held is not None:
            try:
                self._tell(outcomes)
            except Exception as failure:  # noqa: BLE001 - one that cannot be told loses no other
                self._failure = self._failure or failure
            outcomes = ()
        self._watch.stop()
        self._hang_up()

    def _hang_up(self) -> None:
        transport = self._transport
        if transport.is_closing():
            return
        orderly = self._failure is None and self._pipeline.error is None
        if orderly and not transport.get_write_buffer_size():
            transport.close()  # TLS says good-bye; who does not answer is cut off
            self._fallback = self._loop.call_later(self.relay.timeouts.quit, transport.abort)
        else:
            transport.abort()

    def _expired(self) -> None:
        state = self._pipeline.state.name
        error = TimedOutError(f"the relay kept silent too long (waiting for {state})")
        self._end(error.what, error)

    def _beat(self) -> None:
        """About once a second: what has waited for a slow 354 is told without it."""
        if self._held is not None and self._held is self._stale:
            self._guarded(Session._tell, ())
        self._stale = self._held
        self._watch.progress(self._pipeline.state)


_STEPS: Final[Mapping[State, Callable[[Session], None]]] = {
    State.IDLE: Session._open,
    State.DIRTY: Session._open,
    State.MAY_MAIL: Session._speak,
    State.MAY_RCPT: Session._speak,
    State.MAY_DATA: Session._speak,
    State.MAY_CONTENT: Session._send,
    State.MUST_DOT: Session._dot,
}
"""What we do when it is our turn."""


async def open_session(relay: RelayAddress, feed: Feed, *, messages: int | None = None) -> Session:
    """Connects, secures the connection, logs in, and begins to send what the feed gives.

    `messages` bounds how many this connection carries before it says QUIT by itself.
    Raises a RelayError; nothing was taken from the feed then.
    """
    hands = await shake_hands(relay)
    session = Session(relay, hands.offers, feed, messages=messages)
    session.take_over(hands.transport, hands.surplus)
    return session
