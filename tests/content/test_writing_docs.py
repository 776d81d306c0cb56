"""What docs/writing.md tells a publisher is true: every example is read, every name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from content.issues import COLUMNS, HEADER, faults, png, write
from mailer.content import (
    EVENT_WORDS,
    FIELDS,
    KEYS,
    KINDS,
    PERSONAL_FIELDS,
    Section,
    read_issue,
    typeset,
)

DOCS = Path(__file__).parents[2] / "docs" / "writing.md"
TEXT = DOCS.read_text("utf-8")
EXAMPLES = [
    pytest.param(match[2], id=f"line {TEXT[: match.start()].count(chr(10)) + 1}")
    for match in re.finditer(r"^(`{3,4})markdown\n(.*?)^\1$", TEXT, re.MULTILINE | re.DOTALL)
]


def as_issue(folder: Path, example: str) -> Path:
    """The example as an issue: a body below a header, a whole file, or a translation."""
    files: dict[str, str | bytes] = {"tasse.png": png()}
    if not example.startswith("---\n"):
        return write(folder, example, files=files)
    if "number:" in example:
        return write(folder, example, header="", files=files)
    return write(folder, files={**files, "issue.en.md": example})


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_read(tmp_path: Path, example: str) -> None:
    assert faults(as_issue(tmp_path, example)) == []


def kinds(sections: tuple[Section, ...]) -> set[str]:
    return {kind for one in sections for kind in (one.kind, *kinds(one.parts))}


def test_every_kind_has_an_example(tmp_path: Path) -> None:
    shown: set[str] = set()
    for number, example in enumerate(EXAMPLES):
        (text,) = example.values
        folder = as_issue(tmp_path / str(number), str(text))
        shown |= kinds(read_issue(folder, columns=COLUMNS).main.sections)
    assert shown == set(KINDS)
    for kind in KINDS:
        assert f"\n**{kind}**: " in TEXT


def test_the_issue_that_shows_every_kind_has_every_kind() -> None:
    issue = read_issue(DOCS.parent / "every-kind", columns=COLUMNS).main
    assert kinds(issue.sections) == set(KINDS)


def test_every_name_a_publisher_may_use_is_there() -> None:
    words = [word for several in EVENT_WORDS.values() for word in several if word != "ou"]
    for name in (*KEYS, *words):
        assert re.search(rf"`{name}[ `:]", TEXT), name
    for name in FIELDS:
        assert f"| `{name}=" in TEXT, name
    for name in PERSONAL_FIELDS:
        assert f"`[[ {name} ]]`" in TEXT, name


def test_what_the_docs_say_of_spaces_is_true() -> None:
    rows = re.search(
        r"\| you write \| readers get \|\n\| --- \| --- \|\n(.*?)\n\n", TEXT, re.DOTALL
    )
    assert rows is not None
    for row in rows[1].split("\n"):
        for written in re.findall(r"`([^`]+)`", row.split("|")[1]):
            assert typeset(written, "fr") != written, written
    assert typeset("7:30", "fr") == "7:30"


def test_the_messages_in_the_docs_are_the_real_ones(tmp_path: Path) -> None:
    header = HEADER.replace("status: ready", "status: redy")
    body = "{.artcle}\n## A\n\n![](tasse.png)\n\n[x](www.a.example)\n"
    said = faults(write(tmp_path, body, header=header, files={"tasse.png": png()}))
    shown = re.findall(r"^issues/cafe-386/issue\.md:\d+: (.*)$", TEXT, re.MULTILINE)
    assert [fault.partition(": ")[2] for fault in said] == shown
