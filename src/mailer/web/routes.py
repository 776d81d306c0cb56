"""How a page is hung into the application: what answers GET answers HEAD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def readable(router: APIRouter, path: str) -> Callable[[Endpoint], Endpoint]:
    """A page that can be read; reading it changes nothing (RFC 9110 9.2.1)."""
    return router.api_route(path, methods=["GET", "HEAD"])
