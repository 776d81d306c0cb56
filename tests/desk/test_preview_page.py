"""mailer preview --watch in a browser: what is saved is seen, what is broken is told in place."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builders import ROOT
from fixtures.browser import OpenPage
from fixtures.readable import assert_readable

MAILER = str(Path(sys.executable).with_name("mailer"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The sample's, to be broken and mended."""
    for name in ("templates", "issues"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "config.toml", tmp_path)
    return tmp_path


@pytest.fixture
def url(workspace: Path) -> Iterator[str]:
    """A preview that runs."""
    command = [MAILER, "preview", "386", "--watch", "--port", "0"]
    with subprocess.Popen(command, cwd=workspace, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0]
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_page_follows_the_author(workspace: Path, url: str, page: Page) -> None:
    page.goto(url)
    mail = page.frame_locator("#mail")
    expect(mail.locator("h1")).to_have_text("Alléger sans rien perdre")
    expect(mail.get_by_text("servi à Camille")).to_be_visible()
    issue = workspace / "issues" / "cafe-386" / "issue.md"

    edit(issue, 'title: "Alléger sans rien perdre"', "title: Alléger pour de bon")
    expect(mail.locator("h1")).to_have_text("Alléger pour de bon")

    edit(issue, "status: ready", "status: raedy")
    expect(page.get_by_role("alert")).to_contain_text("did you mean «ready»?")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"issue\.md:\d+"))
    edit(issue, "status: raedy", "status: draft")
    expect(page.locator(".findings .hard")).to_contain_text("is a draft")

    masthead = workspace / "templates" / "cafe" / "masthead.mjml"
    whole = masthead.read_text(encoding="utf-8")
    masthead.write_text(whole.replace("</mj-text>", "", 1), encoding="utf-8")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"masthead\.mjml:\d+"))
    masthead.write_text(whole, encoding="utf-8")
    expect(mail.locator("h1")).to_have_text("Alléger pour de bon")


def test_it_is_seen_through_another_reader_s_eyes(url: str, page: Page) -> None:
    page.goto(f"{url}/?reader=unknown&locale=en&width=320&scheme=dark")
    mail = page.frame_locator("#mail")
    expect(mail.locator("h1")).to_have_text("Lighter, with nothing lost")
    assert "Camille" not in mail.locator("body").inner_text()
    dark = mail.locator("h1").evaluate("e => getComputedStyle(e).color")
    page.get_by_label("Side").select_option("light")
    expect(mail.locator("h1")).not_to_have_css("color", dark)
    assert page.locator("#mail").bounding_box()["width"] <= 322  # type: ignore[index]


def test_every_view_is_readable_for_everybody(
    workspace: Path, url: str, open_page: OpenPage
) -> None:
    page = open_page(width=320, locale="en-GB")
    views = {
        "text": "Alléger sans rien perdre",
        "source": "List-Unsubscribe-Post",
        "headers": "List-Unsubscribe-Post",
        "links": "https://",
        "mail": "of what Gmail shows",
    }
    for view, words in views.items():
        page.goto(f"{url}/?view={view}")
        assert words in page.locator("main").inner_text()
        assert_readable(page, view, frames=False)
    (workspace / "config.toml").write_text("[site")
    expect(page.get_by_role("alert")).to_contain_text("not valid TOML")
    assert_readable(page, "alert", frames=False)
