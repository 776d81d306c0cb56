"""Runs a test's coroutine, and fails it for anything that asyncio would only have logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from mailer.smtp import Envelope, Kind, Outcome, Timeouts
from tests.smtp.acting import Letters

PATIENCE = 20.0
LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop]
_NAMES = {"GREETING": "greeting", "EHLO": "command", ".": "final"}


def brief(verb: str) -> Timeouts:
    """Little patience with one answer, the usual one with all others."""
    return Timeouts(**{_NAMES.get(verb, verb.lower()): 0.2})


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The coroutine's result; a hang, or an error nobody saw, is an AssertionError."""
    unseen: list[dict[str, Any]] = []

    async def guarded() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: unseen.append(what))
        async with asyncio.timeout(PATIENCE):
            return await coroutine

    with asyncio.Runner(loop_factory=LOOPS[-1]) as runner:
        result = runner.run(guarded())
    assert not unseen, unseen
    return result


def letter(name: str, content: bytes = b"") -> Envelope:
    """A message to name@reader.example."""
    recipient = f"{name}@reader.example"
    return Envelope(name, "news@press.example", recipient, content or f"To {name}\r\n".encode())


def letters(count: int) -> Letters:
    """A feed of so many."""
    return Letters(*(letter(f"reader{number}") for number in range(count)))


def kinds(outcomes: list[Outcome]) -> list[Kind]:
    """What became of each."""
    return [outcome.kind for outcome in outcomes]
