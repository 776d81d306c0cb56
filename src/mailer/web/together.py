"""Writing together: what several requests want written at one moment goes into one transaction.

A commit waits for the disk, and the disk takes as long for forty withdrawals as for one. Each
request is answered after the commit that holds its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from mailer.store import StoreError

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_TOGETHER = 200


class Together(Generic[Item, Result]):
    """Calls of one event loop, gathered while the transaction before them is written."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Result:
        """The result for this item, once it is committed; raises what writing it raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_what_waits())
        return await future

    async def _write_what_waits(self) -> None:
        try:
            while self._waiting:
                taken = self._waiting[:MOST_TOGETHER]
                del self._waiting[:MOST_TOGETHER]
                await self._settle(taken)
        finally:
            self._writer = None

    async def _settle(self, taken: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await run_in_threadpool(self._write, [item for item, _ in taken])
        except Exception as error:  # noqa: BLE001  each waits for an answer, whatever went wrong
            if len(taken) > 1 and not isinstance(error, StoreError):
                for one in taken:  # nobody pays for a neighbour's fault
                    await self._settle([one])
                return
            for _, future in taken:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(taken, results, strict=True):
            if not future.done():
                future.set_result(result)
