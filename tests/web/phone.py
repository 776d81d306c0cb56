"""A reader's phone: pages 320 px wide, walked through by keyboard; PICTURES=folder keeps them."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from fixtures.readable import assert_readable
from web.stage import Stage, letter_path

PICTURES = os.environ.get("PICTURES")


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The pages over a socket; yields their origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@dataclass(frozen=True)
class Phone:
    """One browser window on a stage's pages, without a mouse."""

    stage: Stage
    origin: str
    page: Page
    lang: str

    @classmethod
    def of(cls, stage: Stage, origin: str, browser: Browser, locale: str) -> Phone:
        """A window without a past."""
        context = browser.new_context(
            viewport={"width": 320, "height": 640}, locale=locale, reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)
        return cls(stage, origin, context.new_page(), locale[:2])

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path)

    def follow_mail(self, section: str) -> None:
        """Where the button of the newest letter leads."""
        self.open(letter_path(self.stage.letters()[-1], section))

    def tab_to(self, selector: str) -> None:
        """What has the focus shows it (WCAG 2.2, 2.1.1 and 2.4.7)."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = self.page.evaluate(
                    "getComputedStyle(document.activeElement).outlineStyle"
                )
                assert outline != "none", selector
                return
        raise AssertionError(f"no way to {selector} by keyboard")

    def press(self, selector: str) -> None:
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def sign_up(self, email: str) -> None:
        """Fill in the form on the page, and send it."""
        self.tab_to("#email")
        self.page.keyboard.type(email)
        self.tab_to("#agreed")
        self.page.keyboard.press("Space")
        self.stage.clock.now += timedelta(seconds=20)  # a person reads for a while
        self.press(".join button")

    def look(self, name: str) -> str:
        """The page's heading; everybody can read the page, and its picture is taken."""
        assert_readable(self.page, name)
        if PICTURES and self.lang == "fr":
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            for scheme in ("dark", "light"):
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                file = Path(PICTURES) / f"{name}-{scheme}.png"
                self.page.screenshot(path=file, full_page=name not in {"shared", "archived"})
        return self.page.inner_text("h1")

    def close(self) -> None:
        self.page.context.close()
