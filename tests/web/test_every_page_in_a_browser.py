"""Every page there is, in Chromium: everybody can read it on a phone, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import insert, text

from builders import ROOT
from mailer.store import Store, StoreError
from mailer.store.tables import Slot, SlotState
from mailer.tokens import TokenPurpose
from web.phone import Phone
from web.stage import BROWSER, Stage, form, register_unsent


@pytest.fixture(scope="module")
def phone(life: Stage, origin: str, browser: Browser) -> Iterator[Phone]:
    phone = Phone.of(life, origin, browser, "fr-FR")
    yield phone
    phone.close()


def own_page(stage: Stage, address: str) -> str:
    """The way to all of a reader's choices, from a mail to them alone."""
    with stage.store.read() as connection:
        ids = connection.execute(
            text(
                "SELECT subscriptions.id, consent_id FROM subscriptions"
                " JOIN subscribers ON subscribers.id = subscriber_id WHERE address = :address"
            ),
            {"address": address},
        ).one()
    return f"/m/{stage.site.signer.sign(TokenPurpose.MANAGE, *ids)}"


def test_every_page_has_its_picture_in_the_docs() -> None:
    """Taken by `make pictures` from the pages below and from a reader's life."""
    templates = ROOT / "src" / "mailer" / "web" / "pages"
    pictures = {file.name for file in (ROOT / "docs" / "images" / "pages").iterdir()}
    for file in templates.glob("*.html"):
        if 'extends "layout.html"' in file.read_text(encoding="utf-8"):
            name = file.stem.replace("_", "-")
            for scheme in ("light", "dark"):
                assert any(re.fullmatch(rf"{name}.*-{scheme}\.png", one) for one in pictures), name


def post(phone: Phone, path: str, **fields: str) -> int:
    """What a form sends, without a page; returns the status."""
    return httpx.post(phone.origin + path, data=fields, headers=BROWSER).status_code


def test_pages_that_are_there_to_be_read(phone: Phone) -> None:
    stage = phone.stage
    pages = {
        "home": "/",
        "subscribe": "/l/cafe",
        "shared": f"/s/{stage.share_id}",
        "archived": "/a/cafe/386",
        "archive": "/a/cafe",
        "column": "/a/cafe/column/compliance",
        "leave": f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}",
        "preferences": f"/p/{stage.token(TokenPurpose.PREFERENCES)}",
        "own": own_page(stage, stage.readers[0]),
        "test-copy": f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, 0)}",
        "not-valid": "/u/nonsense",
        "not-published": f"/s/{register_unsent(stage, 'letter-12')}",
    }
    for name, path in pages.items():
        phone.open(path)
        assert phone.look(name)


def test_a_form_with_faults_says_which(phone: Phone) -> None:
    phone.open("/l/cafe")
    phone.press(".join button")
    phone.look("errors")
    assert phone.page.locator("[role=alert]").count() > 0
    phone.open(own_page(phone.stage, phone.stage.readers[0]))
    phone.press("button[value=address]")
    phone.look("own-errors")
    assert phone.page.locator("[aria-invalid=true]").count() == 1


def test_choices_are_kept_and_paused_letters_say_until_when(phone: Phone) -> None:
    phone.open(f"/p/{phone.stage.token(TokenPurpose.PREFERENCES)}")
    phone.press("button[value=pause]")
    phone.look("paused")
    assert phone.page.get_by_role("status").is_visible()
    assert phone.page.locator("button[value=resume]").is_visible()


def test_an_address_moves_and_can_be_fetched_back(phone: Phone) -> None:
    stage, (_, reader, other) = phone.stage, phone.stage.readers
    phone.open(own_page(stage, reader))
    phone.tab_to("#email")
    phone.page.keyboard.type("nouvelle@ailleurs.example")
    phone.press("button[value=address]")
    assert phone.page.get_by_role("status").is_visible()
    phone.follow_mail("n")
    assert "ici" in phone.look("moving-ask")
    phone.press("main button")
    assert "changée" in phone.look("moving-moved")
    phone.follow_mail("b")
    phone.look("moving-back")
    phone.press("main button")
    assert "changée" in phone.look("moving-moved-back")
    # Another's address is nobody's to move to; the page that asks does not tell it is another's.
    stage.clock.now += timedelta(days=1)
    phone.open(own_page(stage, reader))
    phone.tab_to("#email")
    phone.page.keyboard.type(other)
    phone.press("button[value=address]")
    phone.follow_mail("n")
    phone.press("main button")
    assert "prise" in phone.look("moving-taken")


@pytest.mark.parametrize("state", SlotState)
def test_the_link_in_a_proof_says_how_its_issue_stands(phone: Phone, state: SlotState) -> None:
    now = phone.stage.clock()
    slot = insert(Slot).values(
        list_id=1,
        at=now + timedelta(days=1, minutes=list(SlotState).index(state)),
        state=state,
        reason="le lien 4 ne mène nulle part" if state is SlotState.HELD else "",
        changed_by="",
        changed_at=now,
        created_at=now,
    )
    with phone.stage.store.write() as connection:
        number = connection.scalars(slot.returning(Slot.id)).one()
    phone.open(f"/hold/{phone.stage.site.signer.sign(TokenPurpose.HOLD, number)}")
    phone.look(f"hold-{state}")
    assert phone.page.locator("main button").count() == (state in {"planned", "held"})


def test_whoever_asks_for_too_much_is_told_when_it_works_again(phone: Phone) -> None:
    path = f"/p/{phone.stage.token(TokenPurpose.PREFERENCES, 3)}"
    for n in range(10):
        assert post(phone, path, locale=("en", "fr")[n % 2]) == 200
    phone.open(path)
    phone.press("button[value=pause]")
    assert "aujourd’hui" in phone.look("too-often")
    statuses = {
        post(phone, "/l/cafe", **form(email=f"p{n}@ailleurs.example", shown=phone.stage.shown()))
        for n in range(40)
    }
    assert statuses == {200, 429}
    phone.open("/l/cafe")
    phone.sign_up("tard@ailleurs.example")
    assert "plus tard" in phone.look("too-many")


def test_a_fault_of_ours_is_called_ours(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_store: Store) -> None:
        raise StoreError("busy")

    monkeypatch.setattr(Store, "read", fail)
    phone.open(f"/u/{phone.stage.token(TokenPurpose.UNSUBSCRIBE)}")
    phone.look("fault")
    assert "notre côté" in phone.page.inner_text("main")
