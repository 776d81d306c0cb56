"""In the reader's own time zone: frozen at the first place's morning, due zone by zone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from builders import add_readers
from mailer.scheduling import Means, SlotEvent, change_slot
from mailer.store import Store
from mailer.store.tables import Batch, Subscriber
from scheduling.desk import KEYS, Desk, open_desk

SCHEDULE = 'schedule = { every = "week", on = "friday", at = "07:30", reader_time = true }'
ZONES = [None, "Asia/Tokyo", "America/New_York", "Asia/Tokyo", "Mars/Olympus", "Europe/Paris"]


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    addresses = add_readers(store, len(ZONES))
    with store.write() as connection:
        for address, zone in zip(addresses, ZONES, strict=True):
            connection.execute(
                update(Subscriber).where(Subscriber.address == address).values(timezone=zone)
            )
    desk = open_desk(tmp_path / "desk", store, schedule=SCHEDULE)
    desk.write(386)
    desk.scheduler.tick()
    return desk


def batches(desk: Desk) -> list[tuple[str, int]]:
    """When each batch is due, and how many readers it has."""
    with desk.store.read() as connection:
        rows = connection.execute(
            select(Batch.due_at, Batch.last_id - Batch.first_id + 1).order_by(Batch.number)
        )
        return [(f"{at:%Y-%m-%d %H:%M}", count) for at, count in rows]


def test_batches_are_due_when_it_is_that_time_for_their_readers(desk: Desk) -> None:
    assert desk.at("2026-11-26 20:30") == desk.clock.now.replace(hour=22)
    assert batches(desk) == []
    desk.at("2026-11-26 22:30")
    assert batches(desk) == [
        ("2026-11-26 22:30", 2),  # Tokyo
        ("2026-11-27 06:30", 3),  # Paris, and who lives nowhere we know
        ("2026-11-27 12:30", 1),  # New York
    ]
    assert desk.sent() == [("2026-11-27 06:30", 386)]


def test_proofs_and_hold_end_at_the_first_local_time(desk: Desk) -> None:
    desk.at("2026-11-26 20:30")
    assert len(desk.letters()) == 1
    means = Means(desk.workspace, desk.store, KEYS)
    now = desk.clock.now
    change_slot(means, "cafe", "2026-11-27", SlotEvent.HELD, by="anne", now=now)
    desk.at("2026-11-26 22:30")
    assert batches(desk) == []
    desk.at("2026-11-27 02:00")
    now = desk.clock.now
    change_slot(means, "cafe", "2026-11-27", SlotEvent.RELEASED, by="anne", now=now)
    assert [count for _, count in batches(desk)] == [2, 3, 1]


def test_somebody_far_ahead_who_subscribes_late_makes_nothing_late(desk: Desk) -> None:
    with desk.store.write() as connection:
        connection.execute(
            update(Subscriber).where(Subscriber.timezone == "Asia/Tokyo").values(timezone=None)
        )
    desk.at("2026-11-27 06:00")
    with desk.store.write() as connection:
        connection.execute(
            update(Subscriber).where(Subscriber.timezone.is_(None)).values(timezone="Asia/Tokyo")
        )
    desk.at("2026-11-27 06:05")
    assert [count for _, count in batches(desk)] == [3, 2, 1]
