"""Bad input is one clear line that says what, where and how to mend it."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery.press import RELAY, write_workspace
from terminal import Said, type_in
from whole.workspace import MAILER, _free_port

SEND = ("send", "900", "--list", "cafe")


@dataclass(frozen=True)
class Case:
    """What is broken, the command that meets it, and what it says."""

    name: str
    breaks: Callable[[Path], object]
    command: tuple[str, ...]
    code: int
    says: str
    """A pattern that the one line matches."""


def edited(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Replaces a piece of a file that is there once."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) >= 1, file
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def line_of(file: str, words: str) -> int:
    """The line of the sample's template that holds these words first."""
    text = (Path(__file__).parents[2] / file).read_text(encoding="utf-8")
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def newer(folder: Path) -> None:
    """A database that a later version has been at."""
    with closing(sqlite3.connect(folder / "var/mailer.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()


def file_of(name: str, octets: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(octets) and None


TEMPLATE = "templates/cafe/issue.mjml"
HEAD = "email;nom;consent_action;consent_date;consent_source;consent_wording\r\n"
CASES = [
    Case(
        "a wrong key in config.toml",
        edited("config.toml", "batch_size", "bacth_size"),
        SEND,
        2,
        r"config\.toml:\d+: .*bacth_size.*batch_size",
    ),
    Case(
        "a bad base_url",
        edited("config.toml", "http://127.0.0.1:8025", "cafe.example"),
        SEND,
        2,
        r"config\.toml:\d+: .*base_url",
    ),
    Case("a variable nobody reads", lambda folder: None, SEND, 2, "MAILER_STOER__URL"),
    Case(
        "a CSV with a NUL",
        file_of("readers.csv", HEAD.replace(";", ",").encode() + b"a@b.example,A\0,x,y,z,w\r\n"),
        ("import", "readers.csv", "--list", "cafe"),
        2,
        r"readers\.csv:2: .*NUL",
    ),
    Case(
        "a broken front matter",
        edited("issues/cafe-900/issue.md", 'title: "', 'title: ""'),
        SEND,
        2,
        r"issue\.md:\d+: ",
    ),
    Case(
        "a missing MJML end tag",
        edited(TEMPLATE, "</mj-section>", ""),
        SEND,
        2,
        r"issue\.mjml:\d+: .*mj-section",
    ),
    Case(
        "an unknown attribute",
        edited(TEMPLATE, "<mj-section", '<mj-section backgroud-color="#fff"'),
        SEND,
        2,
        rf"issue\.mjml:{line_of(TEMPLATE, '<mj-section')}: .*backgroud-color.*background-color",
    ),
    Case(
        "a loop for each recipient",
        edited(TEMPLATE, "<mj-section", "[% for x in y %]<mj-section"),
        SEND,
        2,
        r"issue\.mjml:\d+: .*for",
    ),
    Case("a relay that refuses the port", lambda folder: None, SEND, 1, "takes no mail.*again"),
    Case("a database of a newer version", newer, SEND, 1, "9999.*a later mailer made it"),
    Case(
        "a campaign that is not there",
        lambda folder: None,
        ("campaigns", "pause", "7"),
        2,
        "no campaign 7",
    ),
]


@pytest.fixture(scope="module")
def healthy(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one reader, which each case breaks a copy of."""
    folder = tmp_path_factory.mktemp("healthy") / "workspace"
    folder.mkdir()
    relay = RELAY.format(name="main", port=_free_port(), lines="")
    write_workspace(
        folder, url="sqlite:///var/mailer.db", relays=relay, delivery="batch_size = 100"
    )
    (folder / "var").mkdir()
    shutil.copyfile(migrated_sqlite, folder / "var/mailer.db")
    one = HEAD.replace(";", ",") + "anne@b.example,A,granted,2025-01-02,https://a.example,Oui\r\n"
    (folder / "one.csv").write_text(one)
    done = type_in(folder, "import", "one.csv", "--list", "cafe")
    assert done.returncode == 0, done.stderr
    return folder


def as_a_process(folder: Path, *words: str, **variables: str) -> Said:
    """The command in a process of its own, to its end."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAILER_")}
    done = subprocess.run(
        [MAILER, *words],
        cwd=folder,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def copy_of(healthy: Path, folder: Path) -> Path:
    shutil.copytree(healthy, folder)  # the templates too: a case may break them
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_one_clear_line(case: Case, healthy: Path, tmp_path: Path) -> None:
    folder = copy_of(healthy, tmp_path / "workspace")
    case.breaks(folder)
    variables = {"MAILER_STOER__URL": "x"} if "variable" in case.name else {}
    # A relay is met by worker processes, whose last words must not be seen either.
    typed = as_a_process if "relay" in case.name else type_in
    done = typed(folder, *case.command, **variables)
    lines = done.stderr.splitlines()
    assert done.returncode == case.code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "a fault of the mailer's own" not in done.stderr
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("mailer: ")
    assert re.search(case.says, lines[0]), lines[0]


def test_a_csv_in_cp1252_with_semicolons_is_read_and_the_report_says_so(
    healthy: Path, tmp_path: Path
) -> None:
    folder = copy_of(healthy, tmp_path / "workspace")
    row = "helene@b.example;Hélène Œuvrard – rédaction;granted;2025-01-02;https://a.example;Oui\r\n"
    (folder / "readers.csv").write_bytes((HEAD + row * 2).encode("cp1252"))
    done = type_in(folder, "import", "readers.csv", "--list", "cafe")
    assert done.returncode == 0, done.stderr
    assert "cp1252" in done.stdout.lower().replace("windows-", "cp")
    assert "«;»" in done.stdout or "';'" in done.stdout or "semicolon" in done.stdout, done.stdout
    with closing(sqlite3.connect(folder / "var/mailer.db")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM subscribers")]
    assert "Hélène Œuvrard – rédaction" in names
