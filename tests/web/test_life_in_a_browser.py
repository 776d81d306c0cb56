"""The whole life of a subscription in a real browser: a phone's width, by keyboard, in French and
English; and every page in light and dark. With PICTURES=folder the pages are taken down, too.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from builders import KEYS, make_workspace
from mailer.campaigns import PersonalLinks, launch
from mailer.config import Workspace
from mailer.store import Store
from mailer.tokens import Signer, TokenPurpose
from mailer.web import create_app
from web.stage import Stage, letter_path, plan_of, stage_on

PICTURES = os.environ.get("PICTURES")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True)
class Pages:
    """A stage whose pages are listened on."""

    stage: Stage
    origin: str

    def latest(self, section: str) -> str:
        """Where the button of the newest letter leads."""
        return self.origin + letter_path(self.stage.letters()[-1], section)

    def read_for_a_while(self) -> None:
        """Time goes by between opening a form and sending it."""
        self.stage.clock.now += timedelta(seconds=20)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, filled_sqlite: Path) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("life")
    shutil.copyfile(filled_sqlite, folder / "mailer.db")
    workspace = make_workspace(folder / "workspace")
    said = workspace.file.read_text(encoding="utf-8")
    said = said.replace("tracking = []", 'tracking = ["opens", "clicks", "forwards"]', 1)
    workspace.file.write_text(said, encoding="utf-8")
    store = Store(f"sqlite:///{folder / 'mailer.db'}")
    stage = stage_on(Workspace.open(workspace.file), store)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(stage.site), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Pages(stage, f"http://127.0.0.1:{listening.getsockname()[1]}")
    server.should_exit = True
    thread.join()
    store.close()


def new_page(browser: Browser, locale: str, *, width: int = 320, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 640},
        locale=locale,
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    return context.new_page()


def tab_to(page: Page, selector: str) -> None:
    """By the keyboard alone, and what has the focus shows it (WCAG 2.2, 2.1.1 and 2.4.7)."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            return
    raise AssertionError(f"no way to {selector} by keyboard")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fill_in(pages: Pages, page: Page, email: str) -> None:
    tab_to(page, "#email")
    page.keyboard.type(email)
    tab_to(page, "#agreed")
    page.keyboard.press("Space")
    pages.read_for_a_while()
    press(page, ".join button")


def look(page: Page, name: str) -> str:
    """The page's heading; nothing of it is wider than a phone (WCAG 2.2, 1.4.10)."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    if PICTURES and not name.endswith("-en"):
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=Path(PICTURES) / f"{name}.png", full_page=not name.startswith("shared")
        )
    return page.inner_text("h1")


# What a reader is told on the way, by language.
TOLD = {
    "fr-FR": ("Regardez maintenant", "Bienvenue", "Rien n’a changé", "Désabonnement", "Heureux"),
    "en-GB": ("Now look", "Welcome", "Nothing has changed", "You have left", "Good to have you"),
}


@pytest.mark.parametrize("locale", TOLD)
def test_a_life_from_subscribing_to_coming_back(
    pages: Pages, browser: Browser, locale: str
) -> None:
    stage, lang = pages.stage, locale[:2]
    asked, welcome, nothing, left, back = TOLD[locale]
    first, second = f"anne.{lang}@ailleurs.example", f"zoe.{lang}@ailleurs.example"
    page = new_page(browser, locale)
    page.goto(f"{pages.origin}/l/cafe")
    look(page, f"subscribe-{lang}")
    fill_in(pages, page, first)
    assert asked in look(page, f"asked-{lang}")
    page.goto(pages.latest("k"))
    look(page, f"confirm-{lang}")
    press(page, "main button")
    assert welcome in look(page, f"welcome-{lang}")
    # An issue goes out; its reader passes it on.
    links = issue_for(stage, first)
    friend = new_page(browser, locale)
    friend.goto(pages.origin + links["share"])
    fill_in(pages, friend, second)
    friend.goto(pages.latest("k"))
    press(friend, "main button")
    assert stage.statuses()[second] == "active"
    assert came_through(stage, second) == links["share"].rpartition("/")[2]
    # The friend finds the footer's link in the copy they were sent.
    friend.goto(pages.origin + links["unsubscribe"])
    look(friend, f"leave-{lang}")
    press(friend, "button[value=forwarded]")
    assert nothing in look(friend, f"forwarded-{lang}")
    assert stage.statuses()[first] == "active"
    # The reader leaves, and comes back by the mail that said goodbye.
    page.goto(pages.origin + links["unsubscribe"])
    press(page, "button[value=leave]")
    assert left in look(page, f"left-{lang}")
    assert stage.statuses()[first] == "unsubscribed"
    page.goto(pages.latest("undo"))
    look(page, f"undo-{lang}")
    press(page, "main button")
    assert back in look(page, f"back-{lang}")
    assert stage.actions(first) == ["requested", "confirmed", "withdrawn", "granted"]
    assert stage.statuses()[second] == "active"
    page.context.close()
    friend.context.close()


def issue_for(stage: Stage, address: str) -> dict[str, str]:
    """The paths in a reader's copy, after an issue was launched again for whoever is new."""
    with stage.store.write() as connection:
        launched = launch(connection, plan_of("cafe-386"), share_id="unused", now=stage.clock())
        delivery = connection.scalars(
            text(
                "SELECT deliveries.id FROM deliveries JOIN subscribers"
                " ON subscribers.id = subscriber_id WHERE address = :address"
            ),
            {"address": address},
        ).one()
    links = PersonalLinks("", Signer(KEYS.links), launched.campaign_id, stage.share_id)
    return {name: str(url) for name, url in links.of(delivery).items()}


def came_through(stage: Stage, address: str) -> str | None:
    with stage.store.read() as connection:
        return connection.scalar(
            text(
                "SELECT share_id FROM subscriptions JOIN subscribers"
                " ON subscribers.id = subscriber_id WHERE address = :address"
            ),
            {"address": address},
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_stands_in_anybodys_way(pages: Pages, browser: Browser, scheme: str) -> None:
    """WCAG 2.2 AA, as far as a machine sees it."""
    page = new_page(browser, "fr-FR", scheme=scheme)
    for name, path in every_page(pages).items():
        page.goto(pages.origin + path)
        look(page, f"{name}-{scheme}")
        report = Axe().run(page, options={"runOnly": RULES})
        assert report.violations_count == 0, (name, report.generate_report())
    page.goto(f"{pages.origin}/l/cafe")
    page.click(".join button")
    page.wait_for_load_state()
    look(page, f"errors-{scheme}")
    report = Axe().run(page, options={"runOnly": RULES})
    assert report.violations_count == 0, report.generate_report()
    page.context.close()


def every_page(pages: Pages) -> dict[str, str]:
    """Each page that can be opened, by name."""
    stage = pages.stage
    sign = stage.site.signer.sign
    with stage.store.read() as connection:
        ids = connection.execute(
            text(
                "SELECT min(id), (SELECT consent_id FROM subscriptions WHERE id = 1)"
                " FROM subscriptions"
            )
        ).one()
    return {
        "home": "/",
        "subscribe": "/l/cafe",
        "shared": f"/s/{stage.share_id}",
        "leave": f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}",
        "preferences": f"/p/{stage.token(TokenPurpose.PREFERENCES)}",
        "own": f"/m/{sign(TokenPurpose.MANAGE, *ids)}",
        "test-copy": f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, 0)}",
        "not-valid": "/u/nonsense",
        "archive": "/a/cafe",
    }
