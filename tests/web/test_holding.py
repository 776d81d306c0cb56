"""The page behind a proof: it shows, one button holds, one lets go, repeats are harmless."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from builders import KEYS, add_readers
from mailer.store import Store
from mailer.tokens import Signer, TokenPurpose
from mailer.web import Site, create_app
from scheduling.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    add_readers(store, 2)
    desk = open_desk(tmp_path / "desk", store)
    desk.write(386)
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    return desk


@pytest.fixture
def client(desk: Desk) -> TestClient:
    site = Site(desk.workspace, desk.store, KEYS, desk.clock)
    return TestClient(create_app(site), base_url="http://127.0.0.1:8025", follow_redirects=False)


def path(desk: Desk, slot_id: int = 1) -> str:
    return f"/hold/{Signer(KEYS.links).sign(TokenPurpose.HOLD, slot_id)}"


def test_the_proofs_link_leads_to_the_page_and_reading_it_changes_nothing(
    desk: Desk, client: TestClient
) -> None:
    body = desk.letters()[0].get_body(("plain",))
    assert body is not None
    assert path(desk) in body.get_content()
    for _ in range(2):
        answer = client.get(path(desk))
        assert answer.status_code == 200
        assert "Retenir le numéro du vendredi 27 novembre 2026" in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert desk.slots() == [("2026-11-27 06:30", "planned")]


def test_a_press_holds_and_another_lets_go(desk: Desk, client: TestClient) -> None:
    for _ in range(2):
        assert "est retenu" in client.post(path(desk), data={"act": "hold"}).text
    assert desk.slots() == [("2026-11-27 06:30", "held")]
    desk.at("2026-11-27 06:30")
    assert desk.sent() == []
    for _ in range(2):
        assert "est parti" in client.post(path(desk), data={"act": "release"}).text
    assert desk.sent() == [("2026-11-27 06:30", 386)]


def test_what_has_left_is_not_held_and_the_page_says_so(desk: Desk, client: TestClient) -> None:
    desk.at("2026-11-27 06:30")
    assert "est parti" in client.post(path(desk), data={"act": "hold"}).text
    assert desk.slots() == [("2026-11-27 06:30", "launched")]


def test_a_post_without_a_button_changes_nothing(desk: Desk, client: TestClient) -> None:
    assert client.post(path(desk)).status_code == 200
    assert desk.slots() == [("2026-11-27 06:30", "planned")]


def test_no_other_link_of_ours_holds_anything(desk: Desk, client: TestClient) -> None:
    signer = Signer(KEYS.links)
    wrong = [
        f"/hold/{signer.sign(TokenPurpose.UNDO, 1)}",
        f"/hold/{signer.sign(TokenPurpose.HOLD, 1, 1)}",
        path(desk, slot_id=99),
        "/hold/x",
    ]
    pages = {client.post(one, data={"act": "hold"}).text for one in wrong}
    assert len(pages) == 1
    assert all(client.get(one).status_code == 404 for one in wrong)
    assert desk.slots() == [("2026-11-27 06:30", "planned")]
