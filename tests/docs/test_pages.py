"""What the docs tell people to type works, and what they point at is there."""

from __future__ import annotations

import contextlib
import re
import shlex
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import pytest
from pydantic import BaseModel
from typer.main import get_command

from console import Command, shell, steps
from docs_pages import PAGES, ROOT, anchors, codes, links, prose
from mailer.cli import commands
from mailer.cli.app import app
from mailer.config import SettingsShape
from whole.workspace import MAILER, SampleWorkspace

FOLLOWED_ELSEWHERE = {"first-issue.md"}
MAKE = re.compile(r"^make ([a-z-]+)")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleWorkspace]:
    """The sample workspace with some of its readers, both servers up."""
    workspace = SampleWorkspace(tmp_path_factory.mktemp("docs") / "workspace")
    readers = workspace.folder / "subscribers" / "cafe.csv"
    readers.write_text("".join(readers.read_text("utf-8").splitlines(keepends=True)[:20]))
    (workspace.folder / "docs").symlink_to(ROOT / "docs")
    workspace.figures("import", "subscribers/cafe.csv", "--list", "cafe")
    with workspace.servers():
        yield workspace


TYPED = [
    page
    for page in PAGES
    if page.name not in FOLLOWED_ELSEWHERE and "```console" in page.read_text("utf-8")
]


@pytest.mark.parametrize("page", TYPED, ids=lambda page: page.name)
def test_every_command_of_a_page_works(page: Path, sample: SampleWorkspace) -> None:
    """`make` targets are only looked up: each has tests of its own."""
    path = f"{Path(MAILER).parent}:{sample.environment['PATH']}"
    with shell(sample.folder, {**sample.environment, "PATH": path}) as reader:
        for step in steps(page):
            if isinstance(step, Command) and (made := MAKE.match(step.words)):
                makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
                assert re.search(rf"^{made[1]}:", makefile, re.MULTILINE), step.where
            else:
                reader.follow(step)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_names_is_there_with_its_options(page: Path) -> None:
    for line, words in _mailer_lines(page):
        assert not _unknown(words), f"{page.name}:{line}: {_unknown(words)}"


def _mailer_lines(page: Path) -> Iterator[tuple[int, list[str]]]:
    """What follows `mailer` in code of any form, up to the end of the command."""
    for line, code in codes(page):
        for found in re.finditer(r"^(?:\$ |sudo .*/)?mailer ([a-z-].*)", code, re.MULTILINE):
            command = re.split(r"\s[#&|>]|\s{2,}|…|;", found[1])[0]
            try:
                words = shlex.split(command)
            except ValueError:
                words = command.split()
            yield line + code.count("\n", 0, found.start()), words


@lru_cache(maxsize=1)
def _mailer() -> Any:
    if not app.registered_commands:
        commands.register()
    return get_command(app)


def _unknown(words: list[str]) -> str:
    """The first word that names no command or option; empty where all do."""
    command = _mailer()
    options: set[str] = {"--help", "-h"}
    for word in words:
        options |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        below = getattr(command, "commands", {})
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                return word
        elif word in below:
            command = below[word]
        elif below and not command.invoke_without_command and "--config" not in words:
            return word
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_key_a_page_shows_is_a_key(page: Path) -> None:
    for block in re.findall(r"^```toml\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
        settings = tomllib.loads(block)
        if any(
            isinstance(value, dict) and name in SettingsShape.model_fields
            for name, value in settings.items()
        ):
            assert not list(_strange(settings, SettingsShape)), f"{page.name}:\n{block}"


def _strange(settings: dict[str, Any], model: type[BaseModel]) -> Iterator[str]:
    """The keys that a table does not have."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in settings.items():
        if key not in fields:
            yield key
        elif isinstance(value, dict) and (below := _model_in(fields[key].annotation)):
            named = getattr(fields[key].annotation, "__origin__", None) is dict
            for table in value.values() if named else [value]:
                yield from _strange(table, below)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    kinds = [annotation, *(kind for arg in get_args(annotation) for kind in (arg, *get_args(arg)))]
    return next(
        (one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)), None
    )


def test_every_sentence_of_sql_finds_something(sample: SampleWorkspace) -> None:
    found = [
        block
        for page in PAGES
        for block in re.findall(r"^```sql\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    ]
    assert found
    with contextlib.closing(sqlite3.connect(sample.folder / "var" / "mailer.db")) as database:
        assert all(database.execute(block).fetchone() for block in found)


def test_what_the_mailer_points_to_is_there() -> None:
    """In messages, templates and config.toml: docs/going-live.md."""
    files = [ROOT / "config.toml", *(ROOT / "src").rglob("*.py"), *(ROOT / "packaging").iterdir()]
    for file in files:
        for name in re.findall(r"\bdocs/[a-z-]+\.md", file.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{file}: {name}"


def test_the_docs_build_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "first-issue.html").is_file()


def test_every_message_of_the_troubleshooting_page_is_one_the_mailer_says() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    said = prose(ROOT / "src")
    for row in re.findall(r"^\| (`.+?) \|", page, re.MULTILINE):
        for message in re.findall(r"`([^`]+)`", row):
            pattern = re.compile(".*".join(re.escape(part.strip()) for part in message.split("…")))
            assert any(pattern.search(words) for words in said), message
