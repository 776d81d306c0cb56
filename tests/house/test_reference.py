"""Commands and keys are documented from the code: what is new is in the docs, or this fails."""

from pathlib import Path

import pytest

from tools import reference


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_reference_is_what_the_code_says(name: str) -> None:
    """Else type: python -m tools.reference"""
    page = reference.PAGES[name]()
    assert (Path(reference.DOCS) / name).read_text(encoding="utf-8") == page


def test_everything_is_explained() -> None:
    """No command without a sentence and an example, no option and no key without its meaning."""
    pages = {name: page() for name, page in reference.PAGES.items()}
    for name, page in pages.items():
        bare = [row for row in page.splitlines() if row.startswith("| `") and row.endswith("|  |")]
        assert not bare, name
    for part in pages["commands.md"].split("\n## ")[1:]:
        for command in part.split("\n### "):
            assert "```text" not in command or "Example" in command, command
