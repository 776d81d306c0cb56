"""A list's own page, tracking one by one, and limits that stop a bombing and tell nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from builders import make_workspace
from mailer.store import Store
from mailer.store.tables import Purpose
from mailer.tokens import TokenPurpose
from mailer.web import Site, create_app
from mailer.web.forms import version_of
from web.conftest import client_of
from web.stage import Stage, form, letter_path, stage_on, words

NEW = "collegue@ailleurs.example"
ALL = ("opens", "clicks", "forwards")


@pytest.fixture
def curious(stage: Stage, tmp_path: Path) -> Iterator[tuple[Stage, TestClient]]:
    """A list that asks for every tracking and greets; 3 sign-ups a network, 5 for the list."""
    workspace = make_workspace(tmp_path / "curious")
    said = workspace.file.read_text(encoding="utf-8")
    said = said.replace("tracking = []", f"tracking = {list(ALL)}\nwelcome = true", 1)
    said = said.replace('#sign_ups = "30/h"', 'sign_ups = "3/h"')
    said = said.replace('#sign_ups = "1000/h"', 'sign_ups = "5/h"', 1)
    said = said.replace("#trusted_proxies", "trusted_proxies")
    assert tomllib.loads(said)["lists"]["cafe"]["welcome"]
    workspace.file.write_text(said, encoding="utf-8")
    stage = stage_on(type(workspace).open(workspace.file), stage.store)
    app: FastAPI = create_app(stage.site)
    with client_of(app, stage) as client:
        yield stage, client


def test_a_lists_own_page_asks_in_the_words_that_count(stage: Stage, client: TestClient) -> None:
    page = client.get("/l/cafe")
    shown = unescape(page.text)
    assert "<h1" in page.text
    assert words("fr") in shown
    assert f'href="/s/{stage.share_id}"' in page.text
    assert "no-cache" in page.headers["cache-control"]
    assert words("en") in unescape(client.get("/l/cafe?lang=en").text)
    answer = client.post("/l/cafe", data=form())
    assert answer.status_code == 200
    assert "Regardez maintenant" in answer.text
    assert stage.statuses()[NEW] == "pending"


def test_without_a_wish_of_config_nothing_is_asked_beside(client: TestClient) -> None:
    """GDPR 5(1)(c)."""
    page = client.get("/l/cafe").text
    assert page.count('type="checkbox"') == 1


def test_each_tracking_is_asked_alone_and_unticked_and_what_is_ticked_is_recorded(
    curious: tuple[Stage, TestClient],
) -> None:
    """GDPR recital 32 and 43."""
    stage, client = curious
    page = unescape(client.get("/l/cafe").text)
    for purpose in ALL:
        box = re.search(rf'<input id="{purpose}"[^>]*>', page)
        assert box
        assert "checked" not in box[0]
        assert "required" not in box[0]
        assert words("fr", Purpose(purpose)) in page
    ticked = version_of(words("fr", Purpose.FORWARDS))
    assert client.post("/l/cafe", data=form(forwards=ticked)).status_code == 200
    path = letter_path(stage.letters()[-1], "k")
    asked = unescape(client.get(path).text)
    assert words("fr", Purpose.FORWARDS) in asked
    assert words("fr", Purpose.OPENS) not in asked
    client.post(path)
    assert spoken(stage) == [
        ("receive", "requested"),
        ("forwards", "requested"),
        ("receive", "confirmed"),
        ("forwards", "confirmed"),
    ]
    greeting = stage.letters()[-1]
    assert greeting["Subject"] == "Bienvenue\u00a0: Le Café"
    assert client.get(letter_path(greeting, "s")).status_code == 200


def test_the_owner_of_the_address_may_confirm_the_letter_only(
    curious: tuple[Stage, TestClient],
) -> None:
    """GDPR 7(4)."""
    stage, client = curious
    client.post("/l/cafe", data=form(opens=version_of(words("fr", Purpose.OPENS))))
    client.post(letter_path(stage.letters()[-1], "k"), data={"only": "list"})
    assert stage.statuses()[NEW] == "active"
    assert spoken(stage)[-1] == ("opens", "withdrawn")


def test_consent_to_a_tracking_is_to_the_words_that_were_shown(
    curious: tuple[Stage, TestClient],
) -> None:
    stage, client = curious
    answer = client.post("/l/cafe", data=form(opens="yes"))
    assert answer.status_code == 422
    assert NEW not in stage.statuses()


def spoken(stage: Stage) -> list[tuple[str, str]]:
    stage.work()
    with stage.store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT purpose, action FROM consent_records JOIN subscribers USING (subject)"
                " WHERE address = :address ORDER BY consent_records.id"
            ),
            {"address": NEW},
        )
        return [(row.purpose, row.action) for row in rows]


def test_a_form_on_another_site_is_shown_with_its_words_first(
    stage: Stage, client: TestClient
) -> None:
    """GDPR 7(1): what stood beside a foreign form nobody can prove."""
    answer = client.post("/l/cafe", data={"email": NEW, "name": "Zoé"})
    assert answer.status_code == 200
    page = unescape(answer.text)
    assert f'value="{NEW}"' in page
    assert 'class="error"' not in page
    assert words("fr") in page
    assert answer.headers["cache-control"] == "no-store"
    assert NEW not in stage.statuses()


@pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(days=1, seconds=1)])
def test_what_is_sent_faster_than_a_person_can_is_asked_once_more(
    stage: Stage, client: TestClient, age: timedelta
) -> None:
    seconds = int((stage.clock() - age).timestamp())
    shown = stage.site.signer.sign(TokenPurpose.FORM, seconds)
    answer = client.post("/l/cafe", data=form(shown=shown))
    assert answer.status_code == 422
    assert "Appuyez encore une fois" in answer.text
    assert f'value="{NEW}"' in answer.text
    assert "checked" in answer.text
    assert NEW not in stage.statuses()


@pytest.mark.parametrize("shown", ["x", "AAAA", "é", "0" * 200])
def test_a_forged_moment_is_none(stage: Stage, client: TestClient, shown: str) -> None:
    assert client.post("/l/cafe", data=form(shown=shown)).status_code == 422
    assert NEW not in stage.statuses()


def test_what_fills_in_the_hidden_field_is_told_the_same_and_does_nothing(
    stage: Stage, client: TestClient
) -> None:
    true = client.post("/l/cafe", data=form(email="autre@ailleurs.example"))
    trapped = client.post("/l/cafe", data=form(homepage="https://x.example"))
    assert trapped.content == true.content
    assert NEW not in stage.statuses()


def test_a_network_has_its_limit_and_takes_nothing_from_the_others(
    curious: tuple[Stage, TestClient],
) -> None:
    stage, client = curious

    def ask(n: int, ip: str) -> int:
        filled = form(email=f"p{n}@ailleurs.example", shown=stage.shown())
        answer = client.post("/l/cafe", data=filled, headers={"x-forwarded-for": ip})
        return answer.status_code

    client._transport.client = ("10.0.0.2", 1)  # type: ignore[attr-defined]
    one_network = [ask(n, f"203.0.113.{n}") for n in range(6)]
    assert one_network == [200, 200, 200, 429, 429, 429]
    assert [ask(n, f"198.51.{n}.1") for n in range(10, 13)] == [200, 200, 429]  # the list's own
    stage.clock.now += timedelta(hours=1)
    assert ask(20, "203.0.113.9") == 200
    client._transport.client = ("192.0.2.1", 1)  # type: ignore[attr-defined]
    statuses = [ask(n, f"203.0.{n}.1") for n in range(21, 26)]
    assert statuses == [200, 200, 200, 429, 429]  # nobody's proxy: its own address counts
    with stage.store.read() as connection:
        buckets = connection.scalars(text("SELECT bucket FROM limits")).all()
    assert not [bucket for bucket in buckets if "." in bucket or "@" in bucket]


def test_an_address_gets_one_mail_a_day_whichever_lists_are_asked_for(
    both: Stage, on_both: TestClient
) -> None:
    en = form(lang="en", wording=version_of(words("en").replace("Le Café", "The Letter")))
    for _ in range(2):
        assert on_both.post("/l/cafe", data=form()).status_code == 200
        assert on_both.post("/l/letter", data=en).status_code == 200
    (letter,) = both.letters()
    # The one mail serves both lists.
    page = unescape(on_both.post(letter_path(letter, "k")).text)
    other = re.search(r'action="(/k/[^"]+)"', page)
    assert other
    assert "The Letter" in page
    assert on_both.post(other[1]).status_code == 200
    with both.store.read() as connection:
        statuses = connection.scalars(
            text("SELECT status FROM subscriptions ORDER BY id DESC LIMIT 2")
        ).all()
    assert statuses == ["active", "active"]


def test_who_has_confirmed_may_ask_for_more_on_the_same_day(
    stage: Stage, client: TestClient
) -> None:
    client.post("/l/cafe", data=form())
    client.post(letter_path(stage.letters()[-1], "k"))
    en = form(lang="en", wording=version_of(words("en").replace("Le Café", "The Letter")))
    client.post("/l/letter", data=en)
    assert len(stage.letters()) == 2


def test_behind_tls_browsers_are_told_to_stay_there(stage: Stage, tmp_path: Path) -> None:
    """RFC 6797 7.2."""
    workspace = make_workspace(tmp_path / "tls")
    said = workspace.file.read_text(encoding="utf-8")
    said = said.replace("http://127.0.0.1:8025", "https://news.cafe.example")
    workspace.file.write_text(said, encoding="utf-8")
    site = replace(stage.site, workspace=type(workspace).open(workspace.file))
    with TestClient(create_app(site)) as secure, TestClient(create_app(stage.site)) as plain:
        assert secure.get("/robots.txt").headers["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in plain.get("/robots.txt").headers


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ],
)
def test_a_form_that_acts_for_a_person_is_not_sent_from_another_site(
    stage: Stage, client: TestClient, headers: dict[str, str]
) -> None:
    client.post("/l/cafe", data=form())
    path = letter_path(stage.letters()[-1], "k")
    before = stage.consent_state()
    leave = f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}"
    chosen = f"/p/{stage.token(TokenPurpose.PREFERENCES)}"
    for where, body in ((path, {}), (leave, {"act": "leave"}), (chosen, {"locale": "en"})):
        assert client.post(where, data=body, headers=headers).status_code == 404
    assert stage.consent_state() == before
    # RFC 8058 3.2: a mailbox provider's POST is nobody's page.
    one_click = client.post(leave, data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert one_click.status_code == 200
    for sent in ({"sec-fetch-site": "same-origin"}, {"origin": "null"}, {}):
        assert client.post(path, headers=sent).status_code == 200


def test_a_sign_up_may_come_from_anywhere(stage: Stage, client: TestClient) -> None:
    """It carries no right, so there is nothing to forge."""
    answer = client.post("/l/cafe", data=form(), headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert stage.statuses()[NEW] == "pending"


def test_sign_ups_wait_for_the_next_start(stage: Stage, client: TestClient) -> None:
    client.post("/l/cafe", data=form())
    fresh = Site(
        stage.site.workspace, Store(str(stage.store.engine.url)), stage.site.keys, stage.clock
    )
    again = replace(stage, site=fresh)
    assert again.statuses()[NEW] == "pending"
    fresh.store.close()
