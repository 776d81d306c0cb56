"""Every dialogue file is played, and together they walk every written cell of the table."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mailer.smtp import (
    ROWS,
    TABLE,
    Envelope,
    Event,
    Outcome,
    RelayAddress,
    Reply,
    Session,
    State,
    parse_capabilities,
)
from mailer.smtp import pipeline as pipeline_module
from tests.smtp.acting import Letters, Wire
from tests.smtp.dialogue import (
    DEFAULT_SENDER,
    Dialogue,
    Step,
    address,
    content,
    names,
    read_dialogues,
)

DIALOGUES = read_dialogues()


class Stage:
    """A session with its wire and feed, and the lines of a dialogue as its methods."""

    def __init__(self, dialogue: Dialogue) -> None:
        facts = {step.kind: step.value for step in dialogue.steps}
        offers = "\n".join(["hello", *facts["offers"].split(", ")])
        self.sender = facts.get("sender", DEFAULT_SENDER)
        self.envid = facts.get("envid", "")
        self.whole_packets = "packets" in facts
        self.wire = Wire()
        self.feed = Letters()
        self.session = Session(
            RelayAddress(host="relay.example", port=25),
            parse_capabilities(Reply(250, offers.encode())),
            self.feed,
            messages=int(facts["messages"]) if "messages" in facts else None,
        )
        self.session.take_over(self.wire, b"")

    def take(self, value: str) -> None:
        for name in names(value):
            envelope = Envelope(name, self.sender, address(name), content(name), False, self.envid)
            self.feed.waiting.append(envelope)

    def do(self, value: str) -> None:
        match value:
            case "wake":
                self.session.wake()
            case "finish":
                self.session.finish()
            case "abort":
                self.session.abort()
            case "lost":
                self.session.connection_lost(ConnectionResetError("reset by peer"))
            case "refuse commit":
                self.feed.refuse = True
            case "break commit":
                self.feed.trouble = OSError("no space left on device")
            case _:
                raise AssertionError(value)

    async def end(self, value: str) -> None:
        assert self.wire.closing or value == "well"
        self.session.connection_lost(None)
        if value == "well":
            await self.session.done()
            return
        with pytest.raises(Exception) as caught:  # noqa: PT011 - its name is compared
            await self.session.done()
        assert type(caught.value).__name__ == value


def described(outcome: Outcome) -> str:
    return f"{outcome.kind} {outcome.stage} {outcome.reply or outcome.why}"


def expectation(value: str) -> tuple[str, str]:
    """`"a b" failed rcpt` and `ann failed rcpt`: who, and what is said of them."""
    if value.startswith('"'):
        name, _, rest = value[1:].partition('" ')
        return name.replace("\\r\\n", "\r\n"), rest
    name, _, rest = value.partition(" ")
    return name, rest


async def play_line(stage: Stage, step: Step) -> None:
    match step.kind:
        case "C":
            assert stage.wire.written.popleft() == step.value.encode(), f"line {step.line}"
        case "S":
            assert not stage.wire.written, f"written before line {step.line}"
            stage.session.data_received(step.value.encode())
        case "=":
            name, what = expectation(step.value)
            outcome = stage.feed.told.pop(0)
            assert outcome.envelope.key == name, f"line {step.line}"
            assert described(outcome).startswith(what), f"line {step.line}"
        case "commit":
            done, intent = stage.feed.committed[-1]
            assert done is not None
            assert f"{done.envelope.key} {described(done)}".startswith(step.value.split(",")[0])
            assert step.value.endswith(f"then {intent.key}"), f"line {step.line}"
        case "take":
            stage.take(step.value)
        case "do":
            stage.do(step.value)
        case "end":
            await stage.end(step.value)


async def play(dialogue: Dialogue) -> None:
    """Line by line, nothing more and nothing less than the file says."""
    stage = Stage(dialogue)
    for step in dialogue.steps:
        await play_line(stage, step)
        if step.kind == "take":
            await asyncio.sleep(0)  # the session looks for work by itself, the first time
    assert not stage.wire.written
    assert not stage.feed.told
    assert not stage.wire.closing or dialogue.steps[-1].kind == "end"
    stage.session.abort()
    stage.session.connection_lost(None)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=str)
def test_each_side_says_what_the_dialogue_says(dialogue: Dialogue) -> None:
    asyncio.run(play(dialogue))


async def play_split(dialogue: Dialogue) -> list[str]:
    """The same with every byte of the server a packet of its own; only what it came to counts."""
    stage = Stage(dialogue)
    for step in dialogue.steps:
        if step.kind == "S":
            for byte in step.value.encode():
                stage.session.data_received(bytes([byte]))
        elif step.kind in ("take", "do"):
            await play_line(stage, step)
            await asyncio.sleep(0)
    stage.session.abort()
    stage.session.connection_lost(None)
    written = b"".join(stage.wire.written).decode()
    return [written, *sorted(f"{o.envelope.key} {described(o)}" for o in stage.feed.outcomes)]


async def play_whole(dialogue: Dialogue) -> list[str]:
    stage = Stage(dialogue)
    for step in dialogue.steps:
        if step.kind in ("take", "do"):
            await play_line(stage, step)
            await asyncio.sleep(0)
        elif step.kind == "S":
            stage.session.data_received(step.value.encode())
    stage.session.abort()
    stage.session.connection_lost(None)
    written = b"".join(stage.wire.written).decode()
    return [written, *sorted(f"{o.envelope.key} {described(o)}" for o in stage.feed.outcomes)]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=str)
def test_packets_may_be_split_anywhere(dialogue: Dialogue) -> None:
    if any(step.kind == "packets" for step in dialogue.steps):
        return  # it shows just what a packet gives away
    assert asyncio.run(play_split(dialogue)) == asyncio.run(play_whole(dialogue))


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=str)
def test_every_envelope_taken_has_exactly_one_outcome(dialogue: Dialogue) -> None:
    async def outcomes() -> tuple[list[object], list[object]]:
        stage = Stage(dialogue)
        for step in dialogue.steps:
            if step.kind == "S":
                stage.session.data_received(step.value.encode())
            elif step.kind in ("take", "do"):
                await play_line(stage, step)
                await asyncio.sleep(0)
        stage.session.connection_lost(None)
        told = [outcome.envelope.key for outcome in stage.feed.outcomes]
        return sorted(map(str, told)), sorted(str(one.key) for one in stage.feed.taken)

    told, taken = asyncio.run(outcomes())
    assert told == taken


def test_the_dialogues_walk_every_written_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: set[tuple[State, Event]] = set()

    class Watched(tuple[Any, ...]):
        """A row, or the table itself, that notes what is looked up."""

        def __getitem__(self, index: Any) -> Any:
            return Row(State(index))

    class Row:
        def __init__(self, state: State) -> None:
            self.state = state

        def __getitem__(self, event: Event) -> Any:
            walked.add((self.state, event))
            return TABLE[self.state][event]

    monkeypatch.setattr(pipeline_module, "TABLE", Watched())
    for dialogue in DIALOGUES:
        asyncio.run(play(dialogue))
    written = {(state, event) for state, row in ROWS.items() for event in row.cells}
    assert written <= walked, sorted(written - walked)
