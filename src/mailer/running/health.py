"""/healthz, /readyz and /metrics: whether the service lives, whether it works, and its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mailer.errors import MailerError
from mailer.running.life import PartState
from mailer.running.metrics import Metrics
from mailer.store import Store

DATABASE_SECONDS = 3.0
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
States = Callable[[], Mapping[str, PartState]]


def health_app(store: Store, metrics: Metrics, states: States) -> Starlette:
    """The pages machines look at; not for the world."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> Response:
        parts = dict(states())
        database = await _answers(store)
        is_ready = database and all(state is PartState.UP for state in parts.values())
        told = {"ready": is_ready, "database": database, "parts": parts}
        return JSONResponse(told, 200 if is_ready else 503)

    async def numbers(_request: Request) -> Response:
        return Response(await asyncio.to_thread(metrics.text), media_type=PROMETHEUS)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", numbers),
        ]
    )


async def _answers(store: Store) -> bool:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await asyncio.to_thread(_ask, store)
    except (MailerError, TimeoutError):
        return False
    return True


def _ask(store: Store) -> None:
    with store.read() as connection:
        connection.execute(text("SELECT 1"))
