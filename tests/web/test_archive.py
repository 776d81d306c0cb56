"""What anybody may read of past issues, and what they learn of nobody by it."""

from __future__ import annotations

import re
import secrets
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from builders import KEYS, NOW, ROOT, make_workspace
from mailer.campaigns import publish, unpublish
from mailer.consent import seal
from mailer.web import Site, create_app
from web.stage import SLUG, Stage, _plan

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def publish_issue(stage: Stage, slug: str) -> None:
    plan = _plan(str(ROOT / "config.toml"), str(ROOT / "issues" / slug))
    with stage.store.write() as connection:
        publish(connection, plan, share_id=secrets.token_urlsafe(9), now=NOW)


def test_the_archive_lists_what_was_sent_in_the_readers_language(
    both: Stage, on_both: TestClient
) -> None:
    page = on_both.get("/a/cafe").text
    assert "Tous les numéros" in page
    assert "Alléger sans rien perdre" in page
    assert 'href="/a/cafe/386"' in page
    assert "20 novembre 2026" in page
    english = on_both.get("/a/cafe", headers={"accept-language": "en"}).text
    assert "Lighter, with nothing lost" in english
    assert "November 20, 2026" in english


def test_the_heads_of_the_ledgers_seals_leave_the_house(
    stage: Stage, client: TestClient, tmp_path: Path
) -> None:
    assert "Sceaux" not in client.get("/a/cafe").text
    (head,) = seal(stage.store, tmp_path / "seals", stage.clock)
    assert head.head in client.get("/a/cafe").text


def test_an_issue_reads_as_anybodys_and_may_be_indexed(stage: Stage, client: TestClient) -> None:
    answer = client.get("/a/cafe/386")
    assert "x-robots-tag" not in answer.headers
    assert "public" in answer.headers["cache-control"]
    assert not re.search(r"/(u|p|v|m|k|undo|o)/", answer.text)
    assert "servi à" not in answer.text
    assert '<link rel="canonical" href="http://127.0.0.1:8025/a/cafe/386">' in answer.text
    assert '<html lang="en"' in client.get("/a/cafe/386?lang=en").text
    assert stage.counts("page_counts") == {("archive", False): 2}


def test_a_back_issue_is_published_without_being_sent_and_taken_out_again(
    both: Stage, on_both: TestClient
) -> None:
    assert on_both.get("/a/cafe/385").status_code == 404
    before = both.consent_state()["deliveries"]
    publish_issue(both, "cafe-385")
    issue = on_both.get("/a/cafe/385")
    assert issue.status_code == 200
    link = re.search(r"/c/cafe-385/\d+", issue.text)
    assert link
    assert on_both.get(link[0]).status_code == 302
    for source in re.findall(r'<img[^>]* src="http://127.0.0.1:8025(/[^"]+)"', issue.text):
        assert on_both.get(source).status_code == 200
    share = re.search(r"/s/[A-Za-z0-9_-]+", issue.text)
    assert share
    assert on_both.get(share[0]).status_code == 200
    assert "/a/cafe/385" in on_both.get("/a/cafe").text
    assert both.consent_state()["deliveries"] == before
    publish_issue(both, "cafe-385")  # again: the same
    with both.store.write() as connection:
        unpublish(connection, "cafe-385", now=NOW)
        unpublish(connection, SLUG, now=NOW)
    for number in (385, 386):
        assert on_both.get(f"/a/cafe/{number}").status_code == 404
    assert "/a/cafe/386" not in on_both.get("/a/cafe").text
    publish_issue(both, SLUG)  # a sent issue shows what was sent
    assert on_both.get("/a/cafe/386").status_code == 200


def test_a_column_has_a_page_of_its_own(stage: Stage, client: TestClient) -> None:
    page = client.get("/a/cafe/column/compliance").text
    assert "Parole d’expert" in page
    assert "Maître Solène Kervadec" in page
    path = re.search(r'href="(/a/cafe/386)#([^"]+)"', page)
    assert path
    assert f'id="{path[2]}"' in client.get(path[1]).text
    assert 'href="/a/cafe/column/compliance"' in client.get("/a/cafe").text
    assert client.get("/a/cafe/column/none").status_code == 404


def test_the_feeds_are_valid_and_lead_to_the_issues(stage: Stage, client: TestClient) -> None:
    """RFC 4287 4.1.1, 4.1.2; RSS 2.0."""
    publish_issue(stage, "cafe-385")
    answer = client.get("/a/cafe/atom.xml")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    for name in ("id", "title", "updated", "author/a:name"):
        assert len(feed.findall(f"a:{name}", ATOM)) == 1, name
    entries = feed.findall("a:entry", ATOM)
    assert [entry.findtext("a:id", "", ATOM)[-3:] for entry in entries] == ["386", "385"]
    for entry in entries:
        assert len({entry.findtext(f"a:{name}", "", ATOM) for name in ("title", "summary")}) == 2
        assert re.fullmatch(r"2026-12-01T\d\d:\d\d:\d\dZ", entry.findtext("a:updated", "", ATOM))
        link = entry.find("a:link", ATOM)
        assert link is not None
        assert client.get(link.attrib["href"]).status_code == 200
    rss = ElementTree.fromstring(client.get("/a/cafe/rss.xml").content)
    items = rss.findall("channel/item")
    assert [item.findtext("guid", "")[-3:] for item in items] == ["386", "385"]
    assert parsedate_to_datetime(items[0].findtext("pubDate", "")) == NOW
    urls = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert "http://127.0.0.1:8025/a/cafe/386" in {url[0].text for url in urls}


def test_a_title_with_markup_in_it_stays_a_title(client: TestClient, stage: Stage) -> None:
    with stage.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE issue_editions SET title = '<script>&\"]]>\x07', preheader = '</entry>'"
        )
    page = client.get("/a/cafe").text
    assert "<script>" not in page
    feed = ElementTree.fromstring(client.get("/a/cafe/atom.xml").content)
    assert feed.findtext("a:entry/a:title", "", ATOM) == '<script>&"]]>'
    assert ElementTree.fromstring(client.get("/a/cafe/rss.xml").content) is not None


def test_robots_may_read_the_archive_and_nothing_personal(client: TestClient) -> None:
    rules = client.get("/robots.txt").text
    closed = re.findall(r"Disallow: (\S+)", rules)
    assert set(closed) >= {"/u/", "/p/", "/s/", "/v/", "/m/", "/c/"}
    assert not any("/a/cafe".startswith(path) for path in closed)
    assert "Sitemap: http://127.0.0.1:8025/sitemap.xml" in rules


def test_a_list_can_have_no_archive(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_LISTS__CAFE__ARCHIVE", "false")
    workspace = make_workspace(tmp_path / "workspace")
    site = Site(workspace, stage.store, KEYS, lambda: NOW)
    with TestClient(create_app(site), base_url="http://127.0.0.1:8025") as client:
        for path in ("/a/cafe", "/a/cafe/386", "/a/cafe/atom.xml", "/a/cafe/column/compliance"):
            assert client.get(path).status_code == 404, path
        assert "/a/cafe" not in client.get("/sitemap.xml").text
    assert site.frame("cafe").archive == ""


def test_an_archive_without_issues_is_a_page_and_a_feed(client: TestClient) -> None:
    assert "Le premier numéro est à venir" in client.get("/a/letter").text
    feed = ElementTree.fromstring(client.get("/a/letter/atom.xml").content)
    assert feed.findall("a:entry", ATOM) == []
