"""The pages anybody reads, in Chromium: without a dead end, and changing nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from fixtures.browser import OpenPage
from web.phone import listening
from web.stage import Stage, every_path, form


@pytest.fixture
def served(app: FastAPI, stage: Stage) -> Iterator[str]:
    """The origin of the pages."""
    app.state.site = stage.site
    with listening(app) as origin:
        yield origin
    stage.site.collector.close()


def test_the_shared_page_drops_its_token_and_offers_its_link(
    stage: Stage, served: str, open_page: OpenPage
) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served)
    page.goto(f"{served}/s/{stage.share_id}#subscribe")
    page.wait_for_url(f"{served}/a/cafe/386#subscribe")
    page.get_by_role("button", name="Copier le lien").click()
    page.get_by_text("Le lien est copié.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"http://127.0.0.1:8025/s/{stage.share_id}"
    draft = page.get_by_role("link", name="L’écrire dans un mail").get_attribute("href")
    assert draft is not None
    assert draft.startswith("mailto:?subject=")
    assert stage.share_id in draft
    page.fill("#email", "collegue@ailleurs.example")  # the form still knows the link it came by
    assert page.get_attribute(".join form", "action") == f"/s/{stage.share_id}"


def test_the_shared_page_works_without_scripts(
    stage: Stage, served: str, open_page: OpenPage
) -> None:
    page = open_page(java_script=False)
    page.goto(f"{served}/s/{stage.share_id}")
    assert page.input_value("#pass-link").endswith(f"/s/{stage.share_id}")
    assert page.get_by_role("link", name="L’écrire dans un mail").is_visible()
    assert not page.locator("button.copy").is_visible()


def test_an_hour_on_every_page_with_every_script_run_changes_nothing(
    stage: Stage, served: str, open_page: OpenPage, client: TestClient
) -> None:
    """What scanners with a browser do; no page submits or calls by itself."""
    client.post(f"/s/{stage.share_id}", data=form())
    stage.work()
    before = stage.consent_state()
    page = open_page()
    page.clock.install()
    posted: list[str] = []
    page.on("request", lambda asked: posted.append(asked.url) if asked.method != "GET" else None)
    for path in every_path(stage):
        if not re.match(r"/(c|style|share|api|sitemap|a/cafe/(atom|rss))", path):
            page.goto(served + path)
            page.clock.fast_forward("01:00:00")
    assert posted == []
    assert stage.consent_state() == before
