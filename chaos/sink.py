"""A relay in a process of its own that counts what it keeps, and behaves as it is told.

    python -m chaos.sink --port 2525 --book kept.jsonl --temper '{"defer": 0.1}'

It is the tests' lying server; its book survives it, so that it can be killed like everything else.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from chaos.book import Did, Writer
from chaos.temper import Dice, Temper, Whim
from tests.lying_server import CLOSE, HANG, RESET, Answer, Do, LyingServer, Question

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
LEAVING = "421 4.3.2 Service shutting down"
DEFERRED = "451 4.3.0 Try again later"
REFUSED = "550 5.1.1 Nobody of that name"
# A connection is closed as servers do, with what was said delivered, or broken.
ENDS = {"closed": CLOSE, "broken": RESET}


@dataclass(slots=True)
class Fate:
    """What is to happen to the message now on a connection."""

    whim: Whim
    place: str
    """The verb it happens at; "." is the final dot."""
    recipient: str = ""


class CountingSink:
    """Answers questions of the lying server by its temper, and writes down what it did."""

    def __init__(self, temper: Temper, book: Writer) -> None:
        self.messages = 0
        self.reached_down = asyncio.Event()
        self._temper, self._book, self._dice = temper, book, Dice(temper)
        self._fates: dict[int, Fate] = {}

    def answer(self, question: Question) -> Answer:
        """What to say, None for the honest answer."""
        if question.verb == "MAIL":
            self._fates[question.connection] = self._drawn()
        fate = self._fates.get(question.connection)
        if fate is None:
            return None
        if question.verb == "RCPT":
            fate.recipient = question.line.partition("<")[2].partition(">")[0]
        if question.verb == ".":
            return self._content(question, fate)
        return self._command(fate) if question.verb == fate.place else None

    def _drawn(self) -> Fate:
        whim = self._dice.whim()
        places = {
            Whim.DEFER: ("RCPT", "."),
            Whim.REFUSE: ("RCPT", "."),
            Whim.LEAVE: ("MAIL", "RCPT", "DATA", "."),
            Whim.CLOSE: ("MAIL", "RCPT", "DATA"),
            Whim.HANG: ("MAIL", "RCPT", "DATA", "."),
        }.get(whim, (".",))
        return Fate(whim, self._dice.one_of(*places))

    def _command(self, fate: Fate) -> Answer:
        match fate.whim:
            case Whim.DEFER | Whim.REFUSE | Whim.LEAVE:
                return self._refusal(fate)
            case Whim.CLOSE:
                self._book.add(Did.CUT, recipient=fate.recipient)
                return CLOSE
            case _:
                self._book.add(Did.CUT, recipient=fate.recipient)
                return HANG

    def _content(self, question: Question, fate: Fate) -> Answer:
        self._count_one()
        found = MESSAGE_ID.search(question.content)
        message_id = found[1].decode() if found else ""
        match fate.whim if fate.place == "." else Whim.TAKE:
            case Whim.DEFER | Whim.REFUSE | Whim.LEAVE:
                return self._refusal(fate)
            case Whim.TAKE:
                said, did = None, Did.KEPT
            case whim:
                said, did = self._unsaid(whim)
        self._book.add(did, recipient=fate.recipient, message_id=message_id)
        return said

    def _unsaid(self, whim: Whim) -> tuple[Do, Did]:
        keeps = whim is Whim.KEEP_AND_DROP
        if whim is Whim.HANG:
            keeps = self._dice.one_of("kept", "lost") == "kept"
        end = HANG if whim is Whim.HANG else ENDS[self._dice.one_of(*ENDS)]
        return end, Did.KEPT_UNSAID if keeps else Did.LOST_UNSAID

    def _refusal(self, fate: Fate) -> Answer:
        words = {Whim.DEFER: DEFERRED, Whim.REFUSE: REFUSED}.get(fate.whim, LEAVING)
        self._book.add(Did.ANSWERED, recipient=fate.recipient, code=int(words[:3]))
        return (words, CLOSE) if fate.whim is Whim.LEAVE else words

    def _count_one(self) -> None:
        self.messages += 1
        if self.messages == self._temper.down_after:
            self.reached_down.set()


async def serve(port: int, sink: CountingSink, temper: Temper) -> None:
    """Listen until killed; down once in between where the temper says so."""
    if temper.down_after:
        async with _server(port, sink):
            await sink.reached_down.wait()
        await asyncio.sleep(temper.down_seconds)
    async with _server(port, sink):
        await asyncio.Event().wait()


def _server(port: int, sink: CountingSink) -> LyingServer:
    def answer(question: Question) -> Answer:
        # The server's own records are for tests of a few messages; the book is ours.
        server.kept.clear()
        server.heard.clear()
        return sink.answer(question)

    server = LyingServer(answer, listen_on=port)
    return server


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--book", type=Path, required=True)
    parser.add_argument("--temper", type=Temper.from_json, default=Temper())
    options = parser.parse_args()

    async def run() -> None:
        sink = CountingSink(options.temper, Writer(options.book))
        await serve(options.port, sink, options.temper)

    asyncio.run(run())


if __name__ == "__main__":
    main()
