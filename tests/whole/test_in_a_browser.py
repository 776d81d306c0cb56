"""A copy that the sandbox got, as Chromium shows it: phone and desk, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.browser import OpenPage
from fixtures.readable import assert_readable
from whole.conftest import Sent
from whole.workspace import ISSUE


@pytest.mark.parametrize("width", [320, 700])
def test_an_issue_is_readable(sent: Sent, open_page: OpenPage, tmp_path: Path, width: int) -> None:
    """No sideways scroll, contrast by day and by night, the first sentence without scrolling."""
    subject = ISSUE.editions["fr"].subject
    mail = next(mail for mail in sent.sample.mails() if mail["Subject"] == subject)
    part = mail.get_body(("html",))
    assert part is not None
    file = tmp_path / "mail.html"
    file.write_text(part.get_content(), encoding="utf-8")
    page = open_page(width=width, height=640)
    page.goto(file.as_uri())
    assert not page.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)")
    above = page.evaluate(FIRST_SENTENCE_BOTTOM, "Bonjour, et merci de votre patience")
    assert 0 < above <= 640
    shown = page.inner_text("body")
    for words in ("Le Café", "#386", "20 novembre 2026", "☕️", "détartrer", "Se désabonner"):
        assert words in shown
    assert_readable(page)


# Where the first line of the paragraph that holds these words ends.
FIRST_SENTENCE_BOTTOM = """
words => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const at = node.textContent.indexOf(words)
    if (at < 0 || !node.parentElement.getClientRects().length) continue
    const range = document.createRange()
    const end = node.textContent.indexOf('.', at)
    range.setStart(node, at)
    range.setEnd(node, end < 0 ? node.textContent.length : end)
    const box = range.getBoundingClientRect()
    if (box.height) return box.bottom
  }
  return -1
}
"""
