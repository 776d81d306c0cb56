"""Reading changes nothing: scanners open every link of a mail, and open it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from mailer.audience import ensure_list
from mailer.store.tables import Slot, SlotState
from mailer.tokens import TokenPurpose
from mailer.web.app import ROOMS, router
from web.stage import Stage, every_path, form, letter_path


def section(path: str) -> str:
    return path.split("/")[1].partition("?")[0]


def sections() -> set[str]:
    """Where anything can be read at all."""
    routers = (router, *(room.router for room in ROOMS))
    routes = (route for one in routers for route in one.routes)
    return {section(route.path) for route in routes if "GET" in route.methods}  # type: ignore[attr-defined]


def lived_in(stage: Stage, client: TestClient) -> None:
    """One left, one asked and has not confirmed, one moves, one has moved; an issue is planned."""
    now = stage.clock()
    with stage.store.write() as connection:
        connection.execute(
            insert(Slot).values(
                list_id=ensure_list(connection, "cafe"),
                at=now + timedelta(days=1),
                state=SlotState.PLANNED,
                reason="",
                changed_by="test",
                changed_at=now,
                created_at=now,
            )
        )
    client.post(f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, 2)}", data={"act": "leave"})
    client.post(f"/s/{stage.share_id}", data=form())
    stage.work()
    for reader in (1, 3):
        own = f"/m/{stage.site.signer.sign(TokenPurpose.MANAGE, reader, 0)}"
        client.post(own, data={"act": "address", "email": f"new{reader}@courrier.example"})
    client.post(letter_path(stage.letters()[-1], "n"))


def test_get_and_head_of_every_page_twice_leave_the_consent_state_as_it_was(
    both: Stage, on_both: TestClient
) -> None:
    """RFC 9110 9.2.1."""
    lived_in(both, on_both)
    paths = every_path(both)
    assert {section(path) for path in paths} == sections()
    before = both.consent_state()
    for _ in range(2):
        for path in paths:
            got, head = on_both.get(path), on_both.head(path)
            assert got.status_code == (302 if path.startswith("/c/") else 200), path
            assert head.status_code == got.status_code, path
            assert head.content == b""
            assert head.headers["content-type"] == got.headers["content-type"] if got.text else True
    assert both.consent_state() == before


def test_a_post_without_the_pair_or_the_button_changes_nothing(
    both: Stage, on_both: TestClient
) -> None:
    """RFC 8058 3.2: what a scanner posts is not the reader's wish."""
    path = f"/u/{both.token(TokenPurpose.UNSUBSCRIBE)}"
    before = both.consent_state()
    for body in (
        {},
        {"List-Unsubscribe": ""},
        {"List-Unsubscribe": "one-click"},
        {"act": ""},
        {"One-Click": "List-Unsubscribe"},
    ):
        answer = on_both.post(path, data=body)
        assert answer.status_code == 200
        assert "Quitter" in answer.text
    for content, kind in (
        (b"", "text/plain"),
        (b"{}", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"no part", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
    ):
        answer = on_both.post(path, content=content, headers={"content-type": kind})
        assert answer.status_code == 200
    assert both.consent_state() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused_and_change_nothing(
    stage: Stage, client: TestClient, method: str
) -> None:
    before = stage.consent_state()
    for path in every_path(stage):
        assert client.request(method, path).status_code == 405, path
    assert stage.consent_state() == before


def test_a_body_far_larger_than_any_form_is_refused(stage: Stage, client: TestClient) -> None:
    path = f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}"
    before = stage.consent_state()
    huge = b"List-Unsubscribe=One-Click&x=" + b"x" * 70_000
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(path, content=huge, headers=kind).status_code == 413
    pieces = (huge[at : at + 5000] for at in range(0, len(huge), 5000))
    assert client.post(path, content=pieces, headers=kind).status_code == 413
    assert stage.consent_state() == before


def test_the_links_of_a_test_copy_act_on_nobody(stage: Stage, client: TestClient) -> None:
    before = stage.consent_state()
    for section, purpose, body in (
        ("u", TokenPurpose.UNSUBSCRIBE, {"List-Unsubscribe": "One-Click"}),
        ("u", TokenPurpose.UNSUBSCRIBE, {"act": "leave"}),
        ("p", TokenPurpose.PREFERENCES, {"locale": "en"}),
        ("p", TokenPurpose.PREFERENCES, {"act": "leave"}),
    ):
        answer = client.post(f"/{section}/{stage.token(purpose, 0)}", data=body)
        assert answer.status_code == 200
    assert stage.consent_state() == before


def test_the_confirmation_letter_leads_to_a_page_that_asks(
    stage: Stage, client: TestClient
) -> None:
    client.post(f"/s/{stage.share_id}", data=form())
    path = letter_path(stage.letters()[-1], "k")
    assert "Confirmer mon inscription" in client.get(path).text
    assert stage.statuses()["collegue@ailleurs.example"] == "pending"
