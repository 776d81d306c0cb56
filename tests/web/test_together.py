"""Requests that want something written at the same moment share a transaction, not a fate."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from mailer.store import StoreError
from mailer.web.together import Together


def test_what_comes_while_a_transaction_is_written_shares_the_next() -> None:
    written: list[list[int]] = []
    first_is_in, go = threading.Event(), threading.Event()

    def write(items: Sequence[int]) -> list[int]:
        written.append(list(items))
        first_is_in.set()
        assert go.wait(10)
        return [item * 10 for item in items]

    async def main() -> list[int]:
        together = Together(write)
        first = asyncio.create_task(together(1))
        await asyncio.to_thread(first_is_in.wait, 10)
        others = [asyncio.create_task(together(n)) for n in (2, 3, 4)]
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(main()) == [10, 20, 30, 40]
    assert written == [[1], [2, 3, 4]]


def test_nobody_pays_for_a_neighbours_fault() -> None:
    def write(items: Sequence[int]) -> list[int]:
        if 3 in items:
            raise ValueError("three")
        return list(items)

    async def main() -> list[int | BaseException]:
        together = Together(write)
        return await asyncio.gather(*map(together, (1, 2, 3, 4)), return_exceptions=True)

    *results, three, four = asyncio.run(main())
    assert (results, four) == ([1, 2], 4)
    assert isinstance(three, ValueError)


def test_a_database_that_does_not_answer_is_told_to_everybody_and_asked_once() -> None:
    asked = 0

    def write(items: Sequence[int]) -> list[int]:
        nonlocal asked
        asked += 1
        raise StoreError("the database is busy")

    async def main() -> None:
        together = Together(write)
        for result in await asyncio.gather(*map(together, (1, 2)), return_exceptions=True):
            with pytest.raises(StoreError):
                raise result

    asyncio.run(main())
    assert asked == 1
