"""What holds on one event loop must hold on the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.smtp.running import LOOPS


@pytest.fixture(params=["asyncio", "uvloop"])
def every_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Python's own loop, and uvloop where it is installed."""
    if request.param == "uvloop":
        LOOPS.append(pytest.importorskip("uvloop").new_event_loop)
    yield
    del LOOPS[1:]
