"""A template set in a temporary folder, as small as the test at hand needs it."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mailer.rendering import Layout, Templates


def write(folder: Path, **files: str) -> Path:
    """Files by name, `__` for a slash, `_` before the extension: issue_mjml, parts__foot_mjml."""
    for name, text in files.items():
        stem, _, extension = name.replace("__", "/").rpartition("_")
        path = folder / f"{stem}.{extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def page(body: str, *, head: str = "") -> str:
    """A whole MJML document around what stands in its body."""
    return f"<mjml><mj-head>{head}</mj-head><mj-body>\n{body}\n</mj-body></mjml>\n"


def column(inner: str) -> str:
    """A section with one column."""
    return f"<mj-section><mj-column>{inner}</mj-column></mj-section>"


def html(folder: Path, source: str, **context: object) -> Layout:
    """The layout of one MJML source."""
    write(folder, issue_mjml=source)
    return Templates(folder).html("issue", context)


def text(folder: Path, source: str, **context: object) -> Layout:
    """The layout of one text source."""
    write(folder, issue_txt=source)
    return Templates(folder).text("issue", context)
