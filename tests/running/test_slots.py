"""Services killed and started again around slots: each sent exactly once, each reader once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from running.relay import relay
from running.services import House
from running.slots import Run

SLOTS = int(os.environ.get("SLOTS", "2"))
"""As many as there is time for: `make chaos` has more."""


@pytest.mark.parametrize(("database", "services"), [("postgres", 3), ("sqlite", 2)])
def test_whoever_is_killed_each_slot_is_sent_once(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, services: int
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    with relay(tmp_path) as sink:
        house = House.make(
            tmp_path / "house", relay_port=sink.port, url=url, MAILER_SITE__EDITORS="[]"
        )
        run = Run(house, sink, services=services, slots=SLOTS, speed=12.0, kills=SLOTS)
        run.prepare()
        run.go()
        assert run.wrongs() == []
        assert run.struck
        run.store.close()
