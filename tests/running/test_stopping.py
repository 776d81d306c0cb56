"""SIGTERM in the middle of a campaign: gone within ten seconds, and nobody lost or served twice."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from sqlalchemy import func, select

from builders import add_readers
from mailer.clock import utc_now
from mailer.config import Workspace
from mailer.keys import load_keys
from mailer.store import Store, check_version
from mailer.store.tables import (
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
)
from running.issues import launch_issue
from running.relay import relay
from running.services import House, until

READERS = int(os.environ.get("READERS", "2000"))
"""As many as there is time for: `make chaos` has more."""
STOP_AT = READERS // 4


def test_a_service_told_to_stop_in_the_middle_of_a_campaign_stops_and_the_next_one_finishes_it(
    tmp_path: Path,
) -> None:
    with relay(tmp_path) as sink, listening_manager(tmp_path) as manager:
        house = House.make(
            tmp_path / "house",
            relay_port=sink.port,
            MAILER_DELIVERY__WORKERS="2",
            MAILER_SITE__EDITORS="[]",
            NOTIFY_SOCKET=manager.getsockname(),
        )
        store = Store(house.url)
        check_version(store)
        workspace = Workspace.open(house.folder / "config.toml")
        now = utc_now()
        addresses = add_readers(store, READERS, keys=load_keys(workspace.keys), now=now)
        launch_issue(store, workspace, 900, now=now)
        with house.service() as service:
            until(lambda: sink.lines() >= STOP_AT, "the campaign is in its middle")
            assert service.terminate() < 10
        assert {b"READY=1", b"STOPPING=1"} <= heard(manager)
        assert sink.lines() < READERS, "it was stopped in the middle"
        assert states(store) == {
            DeliveryState.ACCEPTED: sink.lines(),
            DeliveryState.PENDING: READERS - sink.lines(),
        }
        with store.read() as connection:
            taken = select(func.count()).where(Batch.state == BatchState.TAKEN)
            assert connection.scalar(taken) == 0
        journals = house.folder / "var" / "journal"
        assert not list(journals.glob("*.journal")), "a clean stop leaves no journal"
        with house.service() as service:
            until(lambda: is_finished(store), "the campaign is finished")
            service.terminate()
        assert sink.copies(addresses) == [1] * READERS
        assert sink.count().repeats == 0
        assert states(store) == {DeliveryState.ACCEPTED: READERS}
        store.close()


def listening_manager(folder: Path) -> socket.socket:
    """What systemd would listen on."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(folder / "notify"))
    manager.setblocking(False)
    return manager


def heard(manager: socket.socket) -> set[bytes]:
    """What it was told."""
    told: set[bytes] = set()
    while True:
        try:
            told.add(manager.recv(200))
        except BlockingIOError:
            return told


def states(store: Store) -> dict[DeliveryState, int]:
    with store.read() as connection:
        rows = connection.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return {row[0]: row[1] for row in rows}


def is_finished(store: Store) -> bool:
    with store.read() as connection:
        return set(connection.scalars(select(Campaign.state))) == {CampaignState.FINISHED}
