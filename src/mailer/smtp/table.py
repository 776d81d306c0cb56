"""One connection's life as data: which answer we wait for, and what each answer means.

The theory. A connection carries messages one behind the other. Of each we ask three things, MAIL,
RCPT, DATA; after 354 we send its content, and the answer to its final dot decides. Answers have no
names: the server gives one for each command, in order, so *the state is the question whose answer
comes next*, and an answer means what the state says (RFC 2920 3.1: matched by count, never by
text).

Two kinds of state. In the first it is **our turn**: everything was answered, and whatever comes
without a question (but for 421) breaks the protocol. In the second it is **their turn**.

Pipelining changes what stands behind the question, not the question. With it, MAIL, RCPT and DATA
leave together, and with them, in front, the content before: then a refused MAIL is followed by two
more answers that must be waited out (the VOID states). Without it each leaves alone (the ALONE
states), and a refusal is followed by nothing. From DATA on both ways are one.

What a refusal leaves behind. The server may still hold a half-made transaction: it is DIRTY, and
RSET stands before the next MAIL. If it says 354 although nobody is left to write to, only a lone
dot ends that (RFC 2920 3.1); but never towards a server that refused the sender and yet took the
recipient (ODD), to whom a lone dot would be an empty letter.

How it ends. 421, a broken connection or nonsense close it from any state; the row's `loss` says
what that means for the message in question. Only after the final dot is it doubt (RFC 1047).

Cells not written in a row: an event of theirs closes the connection with the row's loss, a step of
ours is a bug (LocalError).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final


class State(IntEnum):
    """Whose turn it is, and for what."""

    # our turn
    IDLE = 0  # nothing is open: a message may begin, or QUIT be said
    DIRTY = 1  # the server may hold half a transaction: RSET before anything else
    MAY_MAIL = 2  # without pipelining: RSET was answered, MAIL is next
    MAY_RCPT = 3  # without pipelining: MAIL was answered, RCPT is next
    MAY_DATA = 4  # without pipelining: RCPT was answered, DATA is next
    MAY_CONTENT = 5  # 354 came: the content may leave
    MUST_DOT = 6  # 354 came for nobody: a lone dot must leave
    # their turn, a whole group having left
    RSET = 7
    MAIL = 8
    RCPT = 9
    RCPT_VOID = 10  # MAIL was refused; the answers to RCPT and DATA are still to come
    # their turn, one command having left
    RSET_ALONE = 11
    MAIL_ALONE = 12
    RCPT_ALONE = 13
    # their turn, on both ways
    DATA = 14
    DATA_VOID = 15  # nobody is left to write to
    DATA_ODD = 16  # the sender was refused and yet the recipient taken
    CONTENT = 17  # the final dot has left
    DOT = 18  # the lone dot has left
    QUIT = 19
    CLOSED = 20


class Event(IntEnum):
    """What they say (by first digit), what happens, and what we do."""

    YES = 0  # 2xx
    GO = 1  # 3xx
    LATER = 2  # 4xx
    NO = 3  # 5xx
    BYE = 4  # 421
    GARBLED = 5  # no SMTP reply at all, or one that nobody asked for
    LOST = 6  # end of file, reset, time-out, or our own hanging up
    BEGIN = 7  # we send a group: (RSET,) MAIL, RCPT, DATA
    BEGIN_ALONE = 8  # we send the first command of a message
    SPEAK = 9  # we send the one command that is next
    SEND = 10  # we send the content and the final dot
    SAY_QUIT = 11


class Effect(IntEnum):
    """What a step means for the message in question."""

    NOTHING = 0  # not decided yet, or decided before
    ACCEPTED = 1
    REFUSED = 2  # 4xx: deferred, 5xx: failed
    POSTPONED = 3  # the sender was refused: deferred whatever the digit
    UNSENT = 4
    DOUBT = 5


Cell = tuple[State, Effect]


@dataclass(frozen=True, slots=True)
class Row:
    """A state's cells, and what the end of the connection means in it."""

    cells: Mapping[Event, Cell] = field(default_factory=dict)
    loss: Effect = Effect.NOTHING


_S, _E, _X = State, Event, Effect
THEIRS: Final = (_E.YES, _E.GO, _E.LATER, _E.NO, _E.BYE, _E.GARBLED, _E.LOST)
OURS: Final = (_E.BEGIN, _E.BEGIN_ALONE, _E.SPEAK, _E.SEND, _E.SAY_QUIT)


def _to(state: State, effect: Effect = Effect.NOTHING) -> Cell:
    return state, effect


def _refusals(state: State, effect: Effect = Effect.NOTHING) -> dict[Event, Cell]:
    return {Event.LATER: (state, effect), Event.NO: (state, effect)}


ROWS: Final[Mapping[State, Row]] = {
    _S.IDLE: Row(
        {
            _E.BEGIN: _to(_S.MAIL),
            _E.BEGIN_ALONE: _to(_S.MAIL_ALONE),
            _E.SAY_QUIT: _to(_S.QUIT),
        }
    ),
    _S.DIRTY: Row(
        {
            _E.BEGIN: _to(_S.RSET),
            _E.BEGIN_ALONE: _to(_S.RSET_ALONE),
            _E.SAY_QUIT: _to(_S.QUIT),
        }
    ),
    _S.RSET: Row({_E.YES: _to(_S.MAIL)}, _X.UNSENT),
    _S.MAIL: Row({_E.YES: _to(_S.RCPT), **_refusals(_S.RCPT_VOID, _X.POSTPONED)}, _X.UNSENT),
    _S.RCPT: Row({_E.YES: _to(_S.DATA), **_refusals(_S.DATA_VOID, _X.REFUSED)}, _X.UNSENT),
    _S.RCPT_VOID: Row({_E.YES: _to(_S.DATA_ODD), **_refusals(_S.DATA_VOID)}),
    _S.RSET_ALONE: Row({_E.YES: _to(_S.MAY_MAIL)}, _X.UNSENT),
    _S.MAY_MAIL: Row({_E.SPEAK: _to(_S.MAIL_ALONE)}, _X.UNSENT),
    _S.MAIL_ALONE: Row({_E.YES: _to(_S.MAY_RCPT), **_refusals(_S.IDLE, _X.POSTPONED)}, _X.UNSENT),
    _S.MAY_RCPT: Row({_E.SPEAK: _to(_S.RCPT_ALONE)}, _X.UNSENT),
    _S.RCPT_ALONE: Row({_E.YES: _to(_S.MAY_DATA), **_refusals(_S.DIRTY, _X.REFUSED)}, _X.UNSENT),
    _S.MAY_DATA: Row({_E.SPEAK: _to(_S.DATA)}, _X.UNSENT),
    # 2xx to DATA is no permission (RFC 5321 4.1.1.4 knows 354 only): the answers are out of step.
    _S.DATA: Row({_E.GO: _to(_S.MAY_CONTENT), **_refusals(_S.DIRTY, _X.REFUSED)}, _X.UNSENT),
    _S.DATA_VOID: Row({_E.GO: _to(_S.MUST_DOT), **_refusals(_S.DIRTY)}),
    _S.DATA_ODD: Row(_refusals(_S.DIRTY)),
    _S.MAY_CONTENT: Row({_E.SEND: _to(_S.CONTENT)}, _X.UNSENT),
    _S.MUST_DOT: Row({_E.SPEAK: _to(_S.DOT)}),
    _S.CONTENT: Row(
        {
            _E.YES: _to(_S.IDLE, _X.ACCEPTED),
            **_refusals(_S.IDLE, _X.REFUSED),
            # 421 in the final answer's place is an answer: the server did not take it over.
            _E.BYE: _to(_S.CLOSED, _X.REFUSED),
        },
        _X.DOUBT,  # RFC 1047
    ),
    # Whatever it says, the reader was refused before: a 250 here counts for nobody.
    _S.DOT: Row({_E.YES: _to(_S.IDLE), **_refusals(_S.IDLE)}),
    _S.QUIT: Row(),
    _S.CLOSED: Row(),
}


def _compiled() -> tuple[tuple[Cell | None, ...], ...]:
    """All cells, the unwritten ones too, as tuples: an index is the cheapest look-up."""
    return tuple(
        tuple(
            ROWS[state].cells.get(event)
            or ((State.CLOSED, ROWS[state].loss) if event in THEIRS else None)
            for event in Event
        )
        for state in State
    )


TABLE: Final = _compiled()
"""`TABLE[state][event]`: the next state and the effect; None where the step would be our bug."""

OUR_TURN: Final = frozenset(range(State.IDLE, State.MUST_DOT + 1))
"""States in which no answer is outstanding."""
