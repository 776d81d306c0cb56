"""The protocol without a socket: bytes in, outcomes and bytes out (h11 showed the way)."""

from __future__ import annotations

from typing import Final

from mailer.smtp import codes, commands
from mailer.smtp.capabilities import Capabilities
from mailer.smtp.envelope import Envelope, Kind, Outcome, Stage
from mailer.smtp.errors import ClosingError, LocalError, RelayError, RemoteError
from mailer.smtp.replies import Reply, ReplyReader
from mailer.smtp.table import OUR_TURN, TABLE, Effect, Event, State

_BY_DIGIT: Final = {
    codes.POSITIVE: Event.YES,
    codes.INTERMEDIATE: Event.GO,
    codes.TRANSIENT: Event.LATER,
    codes.PERMANENT: Event.NO,
}
# Asked four times a message: looking up is quicker than reckoning.
_EVENTS: Final = {
    code: Event.BYE if code == codes.SHUTTING_DOWN else _BY_DIGIT[code // 100]
    for code in range(200, 600)
}
_KINDS: Final = {
    Effect.ACCEPTED: Kind.ACCEPTED,
    Effect.POSTPONED: Kind.DEFERRED,
    Effect.UNSENT: Kind.UNSENT,
    Effect.DOUBT: Kind.IN_DOUBT,
}
_STAGES: Final = {
    State.RCPT: Stage.RCPT,
    State.MAY_RCPT: Stage.RCPT,
    State.RCPT_ALONE: Stage.RCPT,
    State.DATA: Stage.DATA,
    State.MAY_DATA: Stage.DATA,
    State.MAY_CONTENT: Stage.DATA,
    State.CONTENT: Stage.CONTENT,
}


class Pipeline:
    """One connection after its handshake: at most one content on its way and one group behind it.

    Give it a message by `stage`; send it by `begin`, or behind the content before by `send` or
    `follow`. Each returns bytes to be written at once and in order. What the server says goes to
    `receive`, which returns what became of messages; `state` says whose turn it is. Each staged
    envelope gets exactly one Outcome. Steps out of turn raise LocalError; what the server does
    wrong closes the pipeline, and `error` says why.
    """

    __slots__ = (
        "_domains",
        "_front",
        "_lines",
        "_next",
        "_offers",
        "_reader",
        "_staged",
        "error",
        "room",
        "state",
    )

    def __init__(self, offers: Capabilities) -> None:
        self._offers = offers
        self._reader = ReplyReader()
        self._front: Envelope | None = None  # whose answers come, as long as it is undecided
        self._next: Envelope | None = None  # whose group left behind the front's content
        self._staged: Envelope | None = None  # whose group has not left
        self._lines: tuple[bytes, bytes] = (b"", b"")  # MAIL and RCPT of the one staged last
        self._domains: set[str] = set()
        self.state = State.IDLE
        self.error: RelayError | None = None
        self.room: int | None = offers.mail_max  # RFC 9422 4.1: further MAILs in this session

    # What we do -------------------------------------------------------------------------------

    @property
    def staged(self) -> bool:
        """Whether a message waits for its group to leave."""
        return self._staged is not None

    @property
    def can_stage(self) -> bool:
        """Whether there is room for one more message behind what is on its way."""
        if self._staged is not None or self.room == 0 or self.state is State.CLOSED:
            return False
        return self._offers.pipelining or self.state in (State.IDLE, State.DIRTY)

    @property
    def can_follow(self) -> bool:
        """Whether a group may leave while the answer to the content before is still out."""
        busy = self.state is State.CONTENT or self.state is State.DOT
        return busy and self._next is None and self._offers.pipelining

    def stage(self, envelope: Envelope) -> Outcome | None:
        """Makes this the next message; an Outcome says that it cannot go on this connection.

        Raises LocalError when `can_stage` is not so, or on a sender that is no address.
        """
        if not self.can_stage:
            raise LocalError("no further message may be staged now")
        lines = commands.opening(envelope, self._offers)
        if isinstance(lines, Outcome):
            return lines
        if not self._has_room_for_domain(envelope):
            why = "the relay takes no further recipient domain on this connection"
            return Outcome(envelope, Kind.UNSENT, Stage.CONNECT, None, why)
        self._staged, self._lines = envelope, lines
        if self.room is not None:
            self.room -= 1
        return None

    def begin(self) -> bytes:
        """The staged message's group, or its first command; RSET first where it is due."""
        if self._staged is None:
            raise LocalError("no message is staged")
        state = self.state
        self._step(Event.BEGIN if self._offers.pipelining else Event.BEGIN_ALONE)
        self._front, self._staged = self._staged, None
        reset = commands.RSET if state is State.DIRTY else b""
        if self._offers.pipelining:
            return reset + self._group()
        return reset or self._lines[0]

    def speak(self) -> bytes:
        """The one command that is next: the lone dot, or without pipelining MAIL, RCPT, DATA."""
        state = self.state
        self._step(Event.SPEAK)
        if state is State.MUST_DOT:
            return commands.DOT
        if state is State.MAY_DATA:
            return commands.DATA
        return self._lines[0 if state is State.MAY_MAIL else 1]

    def ready(self) -> Envelope:
        """The message whose content may leave now (state MAY_CONTENT)."""
        if self.state is not State.MAY_CONTENT or self._front is None:
            raise LocalError("no content may leave now")
        return self._front

    def send(self) -> tuple[bytes, bytes]:
        """The ready message's content, and behind it the final dot with the staged one's group.

        For one write, but two pieces: a content is large, and putting them together copies it.
        """
        content = self.ready().content
        if not content.endswith(b"\r\n"):  # else the final dot would not end it
            raise LocalError("the content does not end in CRLF")
        self._step(Event.SEND)
        if self._staged is None:
            return content, commands.DOT
        self._next, self._staged = self._staged, None
        # RFC 2920 3.1: a content may open the next group, which DATA ends
        return content, b"".join((commands.DOT, *self._lines, commands.DATA))

    def follow(self) -> bytes:
        """The staged message's group, while the answer to the content before is still out."""
        if self._staged is None or not self.can_follow:
            raise LocalError("no group may follow now")
        self._next, self._staged = self._staged, None
        return self._group()

    def quit(self) -> bytes:
        """QUIT; whatever comes then closes the connection without an error."""
        self._step(Event.SAY_QUIT)
        return commands.QUIT

    # What happens -----------------------------------------------------------------------------

    def receive(self, data: bytes) -> list[Outcome]:
        """Takes what a packet brought and says which messages were decided by it."""
        outcomes: list[Outcome] = []
        reader = self._reader
        reader.feed(data)
        try:
            while self.state is not State.CLOSED and (reply := reader.next()) is not None:
                self._meet(_EVENTS[reply.code], reply, "", outcomes)
            if self.state in OUR_TURN and reader.rest:
                # RFC 2920 3.1: as many answers as commands, and not one more
                raise RemoteError("the relay answers what nobody asked")
        except RemoteError as error:
            self.error = error if self.state is not State.QUIT else None
            self._meet(Event.GARBLED, None, error.what, outcomes)
        return outcomes

    def lose(self, why: str, error: RelayError | None = None) -> list[Outcome]:
        """The connection is gone: what that means for each message on it.

        `error` stays None when it was we who gave it up.
        """
        outcomes: list[Outcome] = []
        if self.state is not State.CLOSED:
            self.error = error if self.state is not State.QUIT else None
            self._meet(Event.LOST, None, why, outcomes)
        return outcomes

    def _meet(self, event: Event, reply: Reply | None, why: str, outcomes: list[Outcome]) -> None:
        cell = TABLE[self.state][event]
        assert cell is not None  # their events have a cell in every state
        before, (self.state, effect) = self.state, cell
        if self.state is State.CLOSED and reply is not None and before is not State.QUIT:
            self.error = _complaint(before, event, reply)
        if effect is not Effect.NOTHING and self._front is not None:
            kind = _KINDS.get(effect) or _refusal(reply)
            stage = _STAGES.get(before, Stage.MAIL)
            outcomes.append(Outcome(self._front, kind, stage, reply, "" if reply else why))
            self._front = None
        if self.state is State.IDLE and self._next is not None:
            # its group has left already: now the answers to it are next
            self._front, self._next = self._next, None
            self._step(Event.BEGIN)
        elif self.state is State.CLOSED:
            outcomes += self._leftovers(reply, why)

    def _leftovers(self, reply: Reply | None, why: str) -> list[Outcome]:
        behind = [envelope for envelope in (self._next, self._staged) if envelope is not None]
        self._front = self._next = self._staged = None
        return [Outcome(one, Kind.UNSENT, Stage.CONNECT, reply, why) for one in behind]

    # Details ----------------------------------------------------------------------------------

    def _step(self, event: Event) -> None:
        cell = TABLE[self.state][event]
        if cell is None:
            raise LocalError(f"{event.name} is not possible in state {self.state.name}")
        self.state = cell[0]

    def _group(self) -> bytes:
        return b"".join((*self._lines, commands.DATA))

    def _has_room_for_domain(self, envelope: Envelope) -> bool:
        """RFC 9422 4.3; counted only where the server states the limit."""
        limit = self._offers.rcpt_domain_max
        if limit is None:
            return True
        domain = envelope.recipient.rpartition("@")[2].lower()
        if domain not in self._domains and len(self._domains) >= limit:
            return False
        self._domains.add(domain)
        return True


def _refusal(reply: Reply | None) -> Kind:
    """RFC 5321 4.2.1: 4xx may be tried again, 5xx may not."""
    again = reply is not None and reply.code // 100 == codes.TRANSIENT
    return Kind.DEFERRED if again else Kind.FAILED


def _complaint(state: State, event: Event, reply: Reply) -> RelayError:
    """Why the connection ends, from the answer that ended it."""
    if event is Event.BYE:
        return ClosingError(f"the relay closes the connection: {reply}", reply=reply)
    if state in OUR_TURN:
        return RemoteError(f"the relay answers what nobody asked: {reply}", reply=reply)
    what = f"the relay's answer does not fit where {state.name} is due: {reply}"
    return RemoteError(what, reply=reply)
