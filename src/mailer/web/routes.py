"""How a page is hung into the application: what answers GET answers HEAD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def readable(router: APIRouter, path: str) -> Callable[[Endpoint], Endpoint]:
    """A page that can be read; reading it changes nothing (RFC 9110 9.2.1)."""
    return router.api_route(path, methods=["GET", "HEAD"])


def frequent(router: APIRouter, path: str) -> Callable[[Endpoint], Endpoint]:
    """The same for a path that thousands follow at once: it is given the request and no more.

    FastAPI's reading of parameters would cost as much as all the rest.
    """

    def hang(endpoint: Endpoint) -> Endpoint:
        router.add_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
        return endpoint

    return hang
