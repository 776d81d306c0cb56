"""Where an issue's links lead, what is counted of it, and which pictures are shown."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from mailer.store import Store, StoreError
from mailer.store.tables import IssueRow, LinkRow
from mailer.tokens import TokenPurpose
from web.stage import SLUG, Stage, register_unsent

SCANNER = {"user-agent": "Mozilla/5.0 (compatible; LinkScanner/2.0; preview)"}


def targets(stage: Stage, slug: str) -> dict[int, str]:
    with stage.store.read() as connection:
        rows = connection.execute(
            select(LinkRow.n, LinkRow.url)
            .join(IssueRow, IssueRow.id == LinkRow.issue_id)
            .where(IssueRow.slug == slug)
        )
        return {row.n: row.url for row in rows}


def test_every_content_link_leads_exactly_to_its_target(both: Stage, on_both: TestClient) -> None:
    links = targets(both, SLUG)
    assert len(links) > 30
    for n, url in links.items():
        answer = on_both.get(f"/c/{SLUG}/{n}")
        assert (answer.status_code, answer.headers["location"]) == (302, url)


def test_nothing_in_the_request_leads_elsewhere(stage: Stage, client: TestClient) -> None:
    url = targets(stage, SLUG)[1]
    for path in (f"/c/{SLUG}/1?url=https://evil.example", f"//evil.example/c/{SLUG}/1"):
        answer = client.get(path, headers={"host": "evil.example"})
        assert answer.headers.get("location") in {url, None}


def test_followed_links_are_counted_by_issue_and_link_machines_apart(
    both: Stage, on_both: TestClient
) -> None:
    for _ in range(3):
        on_both.get(f"/c/{SLUG}/1")
    on_both.get(f"/c/{SLUG}/2", headers=SCANNER)
    on_both.get(f"/c/{SLUG}/2", headers={"user-agent": ""})
    on_both.head(f"/c/{SLUG}/1")
    counted = {(1, False): 3, (1, True): 1, (2, True): 2}
    assert both.counts("link_counts") == counted


def test_visits_of_the_shared_page_are_counted_machines_apart(
    both: Stage, on_both: TestClient
) -> None:
    on_both.get(f"/s/{both.share_id}")
    on_both.get(f"/s/{both.share_id}", headers=SCANNER)
    assert both.counts("page_counts") == {("share", False): 1, ("share", True): 1}


def test_a_day_is_the_lists_own_day(stage: Stage, client: TestClient) -> None:
    stage.clock.now = stage.clock.now.replace(hour=23, minute=30)  # 0:30 in Paris
    client.get(f"/c/{SLUG}/1")
    stage.site.collector.flush()
    with stage.store.read() as connection:
        day = connection.execute(text("SELECT day FROM link_counts")).scalar_one()
    assert str(day) == "2026-12-02"


def test_the_links_of_a_test_copy_lead_on_uncounted(stage: Stage, client: TestClient) -> None:
    register_unsent(stage, "letter-12")
    answer = client.get("/c/letter-12/1")
    assert (answer.status_code, answer.headers["location"]) == (302, targets(stage, "letter-12")[1])
    assert stage.counts("link_counts") == {}


def test_a_followed_link_is_not_lost_when_it_cannot_be_counted(
    stage: Stage, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's way is worth more than our count of it."""

    def refuse(_store: Store) -> None:
        raise StoreError("the database is busy")

    monkeypatch.setattr(Store, "write", refuse)
    assert client.get(f"/c/{SLUG}/1").status_code == 302
    assert client.get(f"/s/{stage.share_id}").status_code == 200


def test_a_picture_of_a_launched_issue_is_shown_and_its_neighbours_are_not(
    stage: Stage, client: TestClient
) -> None:
    answer = client.get(f"/i/{SLUG}/tasse.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    for name in ("issue.md", "issue.en.md", "", "none.png", "TASSE.PNG"):
        assert client.get(f"/i/{SLUG}/{name}").status_code == 404


def test_pictures_of_an_issue_that_never_left_are_not_shown(
    stage: Stage, client: TestClient
) -> None:
    """Else a draft's pictures were public before the draft."""
    assert client.get("/i/cafe-385/horloge.png").status_code == 404
    register_unsent(stage, "cafe-385")
    assert client.get("/i/cafe-385/horloge.png").status_code == 200


def test_every_picture_of_the_online_page_is_there(stage: Stage, client: TestClient) -> None:
    page = client.get(f"/v/{stage.token(TokenPurpose.VIEW)}").text
    sources = re.findall(r'<img[^>]* src="http://127.0.0.1:8025(/[^"]+)"', page)
    assert sources
    assert all(client.get(source).status_code == 200 for source in sources)


def test_the_online_page_comes_in_the_readers_language(stage: Stage, client: TestClient) -> None:
    client.post(f"/p/{stage.token(TokenPurpose.PREFERENCES)}", data={"locale": "en"})
    page = client.get(f"/v/{stage.token(TokenPurpose.VIEW)}").text
    assert '<html lang="en"' in page
    assert "Lighter, with nothing lost" in page


def test_the_shared_page_comes_in_the_language_asked_for(client: TestClient, stage: Stage) -> None:
    path = f"/s/{stage.share_id}"
    assert '<html lang="fr"' in client.get(path).text
    assert '<html lang="en"' in client.get(path, headers={"accept-language": "en"}).text
    assert '<html lang="en"' in client.get(f"{path}?lang=en").text
    assert '<html lang="fr"' in client.get(f"{path}?lang=xx").text


def test_the_front_page_leads_to_the_newest_issue_of_each_list(
    stage: Stage, client: TestClient
) -> None:
    page = client.get("/").text
    assert f'href="/s/{stage.share_id}"' in page
    assert "Le premier numéro est à venir" in page
