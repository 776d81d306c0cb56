"""The pages that tell people about the mailer, their links and anchors, and what the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "templates" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
_FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(
    r"^(?P<fence>`{3,})[^\n]*\n(?P<block>.*?)^(?P=fence)$"
    r"|^ {4}(?P<indented>[^\n]+)$"
    r"|`(?P<span>[^`\n]+)`",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)")


def links(page: Path) -> Iterator[str]:
    """Where the page's links inside the project lead; code is no link."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
    for target in _LINK.findall(text):
        if not re.match(r"[a-z]+:|//", target):
            yield target


def codes(page: Path) -> Iterator[tuple[int, str]]:
    """The page's code, fenced, indented or in a sentence, each with its first line's number."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " \n")
    for found in _CODE.finditer(text):
        name = found.lastgroup or ""
        yield text.count("\n", 0, found.start(name)) + 1, found[name]


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as readers' browsers know them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def prose(folder: Path) -> set[str]:
    """Every string in the code; what is filled in when it runs is «…»."""
    said: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                said.add("".join(_part(value) for value in node.values))
    for file in folder.rglob("*.po"):
        said |= set(re.findall(r'"(.*)"', file.read_text(encoding="utf-8")))
    return said


def _part(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else "…"
