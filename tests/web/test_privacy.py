"""What no answer tells: an address, a name, a token to third parties, a way for scripts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import structlog
from starlette.testclient import TestClient

from builders import ROOT
from mailer.language import translator
from mailer.store import Store, StoreError
from mailer.tokens import TokenPurpose
from web.stage import SLUG, Stage, every_path, form, letter_path

OURS = {"redaction@cafe.example", "parole@cafe.example", "name@example.org", "nom@example.org"}


def test_every_answer_carries_the_safe_headers(stage: Stage, client: TestClient) -> None:
    token = stage.token(TokenPurpose.UNSUBSCRIBE)
    answers = [client.get(path) for path in every_path(stage)]
    answers += [client.get("/u/nonsense"), client.put("/"), client.get("/none")]
    answers += [client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})]
    answers += [client.post(f"/s/{stage.share_id}", data=form())]
    for answer in answers:
        headers = answer.headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        for words in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
            assert words in policy
        assert "unsafe" not in policy.partition("script-src")[2].partition(";")[0]
        assert "set-cookie" not in headers
        assert "server" not in headers


def test_personal_pages_are_neither_indexed_nor_stored(stage: Stage, client: TestClient) -> None:
    for path in every_path(stage):
        headers = client.get(path).headers
        is_own = path.split("/")[1] in {"u", "p", "v", "m", "k", "undo", "s", "o"}
        if is_own or path.startswith(f"/c/{SLUG}/1/"):
            assert "noindex" in headers["x-robots-tag"], path
            assert headers["cache-control"] == "no-store", path
        else:
            assert "x-robots-tag" not in headers, path


def test_only_an_issues_own_html_may_have_styles_in_its_tags(
    stage: Stage, client: TestClient
) -> None:
    for path in every_path(stage):
        answer = client.get(path)
        is_issue = "<table" in answer.text[:20_000]
        allowed = "unsafe-inline" in answer.headers["content-security-policy"]
        assert allowed == is_issue, path


def test_no_address_stands_in_a_url_or_unmasked_in_a_page(stage: Stage, client: TestClient) -> None:
    client.post(f"/s/{stage.share_id}", data=form())
    for path in every_path(stage):
        assert "@" not in path
        assert "%40" not in path
        answer = client.get(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        if not path.startswith(("/s/", "/v/", "/a/cafe/386")):  # an issue may name whom it likes
            found = set(re.findall(r"[\w.+-]+@[\w.-]+\w", answer.text)) - OURS
            assert not found, path
        for address in stage.readers:
            assert address.partition("@")[0] not in answer.text


def test_share_and_online_pages_name_no_reader_and_hold_no_manage_link(
    stage: Stage, client: TestClient
) -> None:
    """A page that is passed on must not let anybody act for the reader it came from."""
    shared = client.get(f"/s/{stage.share_id}").text
    online = client.get(f"/v/{stage.token(TokenPurpose.VIEW)}").text
    for page in (shared, online):
        assert "Lecteur" not in page
        assert not re.search(r"/(u|p|v|m|k|undo)/", page)
        assert "servi à" not in page
    again = client.get(f"/v/{stage.token(TokenPurpose.VIEW, 2)}").text
    assert again == online  # one reader's online page is every reader's


class Loaded(HTMLParser):
    """What a browser would load, and where scripts could stand."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.risky: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"iframe", "object", "embed", "base"}:
            self.risky.append(tag)
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/share.js?"):
            self.risky.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").lower().startswith("javascript:"):
                self.risky.append(f"{tag} {name}")
            if name in {"src", "srcset", "background", "data"} or (tag, name) == ("link", "href"):
                self.urls.append(value or "")
            if name == "style" and "url(" in (value or ""):
                self.urls.append(value or "")


def test_no_page_holds_a_script_of_its_own_or_loads_anything_foreign(
    stage: Stage, client: TestClient
) -> None:
    client.post(f"/s/{stage.share_id}", data=form())
    for path in [*every_path(stage), "/u/nonsense"]:
        answer = client.get(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        parser = Loaded()
        parser.feed(answer.text)
        assert not parser.risky, path
        assert all(re.match(r"/[^/]|http://127\.0\.0\.1:8025/", url) for url in parser.urls), path
        for style in re.findall(r"<style[^>]*>(.*?)</style>", answer.text, re.S):
            assert not re.search(r"url\(|@import", style)
    for path in ("/style.css", "/style/cafe.css"):
        assert not re.search(r"url\(|@import", client.get(path).text)


@pytest.mark.parametrize("error", [ValueError("lecteur1@courrier.example"), StoreError("busy")])
def test_a_fault_of_ours_gets_a_friendly_page_and_a_line_without_personal_data(
    stage: Stage, client: TestClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_store: Store) -> None:
        raise error

    monkeypatch.setattr(Store, "read", fail)
    token = stage.token(TokenPurpose.UNSUBSCRIBE)
    with structlog.testing.capture_logs() as lines:
        answer = client.get(f"/u/{token}")
    assert answer.status_code == (503 if isinstance(error, StoreError) else 500)
    assert "La faute est de notre côté" in answer.text
    (line,) = lines
    assert line["what"] == type(error).__name__
    assert token not in str(line)
    assert "lecteur" not in str(line)


def test_every_word_of_the_pages_is_said_in_french() -> None:
    pages = ROOT / "src" / "mailer" / "web"
    words = {
        word
        for file in [*pages.rglob("*.html"), *pages.glob("*.py")]
        for word in re.findall(r'\b_\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
    }
    french = translator("fr")
    assert len(words) > 50
    assert {word for word in words if french.gettext(word) == word} == set()


def test_the_letters_hold_links_of_ours_only(stage: Stage, client: TestClient) -> None:
    client.post(f"/s/{stage.share_id}", data=form())
    path = letter_path(stage.letters()[-1], "k")
    assert client.get(path).status_code == 200
    assert SLUG not in path
