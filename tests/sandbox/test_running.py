"""The sandbox in a thread, in a process, and in a browser."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fixtures.browser import OpenPage
from fixtures.readable import assert_readable
from mailer.sandbox import Sandbox, SandboxError
from tests.sandbox.letters import NEWSLETTER, Post, send

AS_A_PROCESS = """
import sys
from pathlib import Path
from mailer.sandbox import Sandbox
sandbox = Sandbox("127.0.0.1", 0, 0, Path(sys.argv[1]))
sandbox.serve(lambda running: print(running.smtp_port, running.url, flush=True))
print("stopped")
"""


def test_in_a_thread_it_serves_and_then_is_gone(tmp_path: Path) -> None:
    with Sandbox("127.0.0.1", 0, 0, tmp_path / "mail") as sandbox:
        asyncio.run(send(sandbox, Post(NEWSLETTER)))
        assert "Le numéro 387" in httpx.get(sandbox.url).text
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url)


def test_in_a_thread_a_taken_port_is_told_where_it_was_started(tmp_path: Path) -> None:
    with Sandbox("127.0.0.1", 0, 0, tmp_path / "mail") as sandbox:
        second = Sandbox("127.0.0.1", sandbox.smtp_port, 0, tmp_path / "second")
        with pytest.raises(SandboxError), second:
            pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_as_a_process_it_ends_well_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", AS_A_PROCESS, str(tmp_path / "mail")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _, url = process.stdout.readline().split()
        assert httpx.get(url).status_code == 200
        process.send_signal(number)
        assert process.stdout.read() == "stopped\n"
    assert process.returncode == 0


@pytest.mark.parametrize("width", [320, 1000])
def test_the_pages_are_readable_for_everybody(
    tmp_path: Path, open_page: OpenPage, width: int
) -> None:
    page = open_page(width=width, locale="en-GB")
    with Sandbox("127.0.0.1", 0, 0, tmp_path / "mail") as sandbox:
        # Chromium blocks the foreign picture, and yet this fixture would count it as asked for
        innocent = NEWSLETTER.replace(b"https://tracker.example", b"http://127.0.0.1:1")
        name = sandbox.maildir.keep("news@press.example", ["ann@reader.example"], innocent)
        for path in ("", f"messages/{name}"):
            page.goto(sandbox.url + path)
            # only this page: the mail in the frame is the mail's business
            assert_readable(page, path, frames=False)
        assert page.frame_locator("iframe").locator("h1").inner_text() == "Voilà"
