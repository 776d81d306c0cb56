"""What is written of one reader's clicks and opens: only what they permit at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text, update
from starlette.testclient import TestClient

from builders import NOW
from mailer.campaigns import frozen_campaign, share_ids
from mailer.stats import forget_old, forget_reader
from mailer.stats.following import KEPT_FOR
from mailer.store.tables import Delivery, DeliveryState, Purpose
from mailer.tokens import TokenPurpose
from web.conftest import client_of
from web.stage import SLUG, Stage, form, letter_path, permit, stage_with_tracking

MAIL_PROXY = {"user-agent": "Mozilla/5.0"}


@pytest.fixture
def asking(both: Stage, tmp_path: Path) -> Stage:
    """A list that asks for everything, an hour after its issue arrived."""
    with both.store.write() as connection:
        connection.execute(
            update(Delivery).values(state=DeliveryState.ACCEPTED, attempts=1, settled_at=NOW)
        )
    stage = stage_with_tracking(both, tmp_path / "asking")
    stage.clock.now = NOW + timedelta(hours=1)
    return stage


@pytest.fixture
def reading(app: FastAPI, asking: Stage) -> Iterator[TestClient]:
    with client_of(app, asking) as client:
        yield client


def rows(stage: Stage, table: str) -> list[tuple[int, ...]]:
    stage.site.collector.flush()
    columns = "delivery_id, n, count" if table == "reader_clicks" else "delivery_id, count"
    with stage.store.read() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1, 2"))
        return [tuple(row) for row in found]


def test_a_click_is_tied_to_a_reader_only_with_their_consent_to_that(
    asking: Stage, reading: TestClient
) -> None:
    permit(asking, asking.readers[0], Purpose.CLICKS)
    permit(asking, asking.readers[1], Purpose.OPENS, Purpose.FORWARDS)
    for reader in (1, 2, 3):
        token = asking.token(TokenPurpose.CLICK, reader)
        plain = reading.get(f"/c/{SLUG}/2")
        for _ in range(2):
            answer = reading.get(f"/c/{SLUG}/2/{token}")
            assert answer.status_code == 302
            assert answer.headers["location"] == plain.headers["location"]
    assert rows(asking, "reader_clicks") == [(1, 2, 2)]
    assert asking.counts("link_counts") == {(2, False): 9}  # the total knows nobody


def test_an_open_is_tied_to_a_reader_only_with_their_consent_to_that(
    asking: Stage, reading: TestClient
) -> None:
    permit(asking, asking.readers[0], Purpose.OPENS)
    permit(asking, asking.readers[1], Purpose.CLICKS)
    answers = [reading.get(f"/o/{asking.token(TokenPurpose.OPEN, n)}") for n in (1, 1, 2, 3)]
    answers += [reading.get("/o/nonsense"), reading.get(f"/o/{'x' * 300}")]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].content[:6] == b"GIF89a"
    assert answers[0].headers["cache-control"] == "no-store"
    assert rows(asking, "reader_opens") == [(1, 2)]
    assert asking.counts("page_counts") == {("open", False): 2}


def test_a_withdrawal_reaches_mails_already_sent(asking: Stage, reading: TestClient) -> None:
    """CNIL 2026-042: old links lead on, old pixels are the same picture, no row is written."""
    permit(asking, asking.readers[0], Purpose.CLICKS, Purpose.OPENS, Purpose.FORWARDS)
    link = f"/c/{SLUG}/1/{asking.token(TokenPurpose.CLICK)}"
    pixel = f"/o/{asking.token(TokenPurpose.OPEN)}"
    before = reading.get(pixel).content, reading.get(link).headers["location"]
    assert rows(asking, "reader_clicks") == [(1, 1, 1)]
    permit(asking, asking.readers[0])
    after = reading.get(pixel).content, reading.get(link).headers["location"]
    assert after == before
    assert rows(asking, "reader_clicks") == [(1, 1, 1)]
    assert rows(asking, "reader_opens") == [(1, 1)]
    assert asking.counts("page_counts") == {("open", False): 1}


def test_who_left_is_followed_no_more(asking: Stage, reading: TestClient) -> None:
    permit(asking, asking.readers[0], Purpose.CLICKS)
    path = f"/u/{asking.token(TokenPurpose.UNSUBSCRIBE)}"
    assert reading.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert reading.get(f"/c/{SLUG}/1/{asking.token(TokenPurpose.CLICK)}").status_code == 302
    assert rows(asking, "reader_clicks") == []


def test_what_a_list_no_longer_asks_for_is_written_of_nobody(
    both: Stage, on_both: TestClient
) -> None:
    permit(both, both.readers[0], Purpose.CLICKS, Purpose.OPENS)
    both.clock.now = NOW + timedelta(hours=1)
    on_both.get(f"/c/{SLUG}/1/{both.token(TokenPurpose.CLICK)}")
    on_both.get(f"/o/{both.token(TokenPurpose.OPEN)}")
    assert rows(both, "reader_clicks") == rows(both, "reader_opens") == []


def test_what_a_machine_fetched_is_no_persons_act(asking: Stage, reading: TestClient) -> None:
    permit(asking, asking.readers[0], Purpose.CLICKS, Purpose.OPENS)
    link = f"/c/{SLUG}/1/{asking.token(TokenPurpose.CLICK)}"
    pixel = f"/o/{asking.token(TokenPurpose.OPEN)}"
    for path in (link, pixel):
        reading.get(path, headers=MAIL_PROXY)
        reading.head(path)
    asking.clock.now = NOW + timedelta(seconds=3)  # nobody reads that fast
    for path in (link, pixel):
        reading.get(path)
    assert rows(asking, "reader_clicks") == rows(asking, "reader_opens") == []
    assert asking.counts("page_counts") == {("open", True): 3}


def test_a_broken_or_foreign_token_leads_on_and_names_nobody(
    asking: Stage, reading: TestClient
) -> None:
    permit(asking, asking.readers[0], Purpose.CLICKS)
    good = asking.token(TokenPurpose.CLICK)
    for token in (good[:-1], good.swapcase(), asking.token(TokenPurpose.OPEN), "x" * 200, "é"):
        assert reading.get(f"/c/{SLUG}/1/{token}").status_code == 302
    for token in (
        asking.site.signer.sign(TokenPurpose.CLICK, 99, 99),
        asking.token(TokenPurpose.CLICK, 0),
    ):
        assert reading.get(f"/c/{SLUG}/1/{token}").status_code == 302
    assert reading.get(f"/c/{SLUG}/9999/{good}").status_code == 404
    assert rows(asking, "reader_clicks") == []


def test_what_was_written_is_erased_with_the_person_and_with_time(
    asking: Stage, reading: TestClient
) -> None:
    for address in asking.readers[:2]:
        permit(asking, address, Purpose.CLICKS, Purpose.OPENS)
    for reader in (1, 2):
        reading.get(f"/c/{SLUG}/1/{asking.token(TokenPurpose.CLICK, reader)}")
        reading.get(f"/o/{asking.token(TokenPurpose.OPEN, reader)}")
    assert len(rows(asking, "reader_clicks")) == 2
    with asking.store.write() as connection:
        assert forget_reader(connection, 1) == 2
    assert rows(asking, "reader_clicks") == [(2, 1, 1)]
    with asking.store.write() as connection:
        assert forget_old(connection, NOW + KEPT_FOR) == 0
        assert forget_old(connection, NOW + KEPT_FOR + timedelta(hours=2)) == 2
    assert rows(asking, "reader_opens") == []


def test_a_visit_by_a_readers_own_link_and_who_came_by_it_are_told_as_numbers(
    asking: Stage, reading: TestClient
) -> None:
    """And only while that reader lets forwards be tied to them."""
    permit(asking, asking.readers[0], Purpose.FORWARDS)
    with asking.store.write() as connection:
        campaign = frozen_campaign(connection, asking.campaign)
        assert campaign is not None
        links = share_ids(connection, campaign, [1], new_id=lambda: "anna12345678", now=NOW)
    assert reading.get(f"/s/{links[1]}").status_code == 200
    reading.post(f"/s/{links[1]}", data=form())
    asking.work()
    assert reading.post(letter_path(asking.letters()[-1], "k")).status_code == 200
    preferences = f"/p/{asking.token(TokenPurpose.PREFERENCES)}"
    assert "1 personne s’est abonnée" in reading.get(preferences).text
    asking.site.collector.flush()
    assert visits(asking) == [("anna12345678", 1)]
    permit(asking, asking.readers[0])
    reading.get(f"/s/{links[1]}")
    asking.site.collector.flush()
    assert visits(asking) == [("anna12345678", 1)]
    assert "s’est abonnée" not in reading.get(preferences).text


def visits(stage: Stage) -> list[tuple[str, int]]:
    with stage.store.read() as connection:
        found = connection.execute(text("SELECT share_id, count FROM share_visits"))
        return [tuple(row) for row in found]
