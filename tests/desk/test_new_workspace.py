"""mailer init: a workspace that works at once, in the publisher's own names."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.campaigns import PLACEHOLDERS, locate_issue, prepare
from mailer.cli.init import PLACEHOLDER
from mailer.composing import preflight
from mailer.config import Workspace
from mailer.desk import key_of
from terminal import type_in


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_issue_has_no_fault_but_being_a_draft(tmp_path: Path, language: str) -> None:
    done = type_in(tmp_path, "init", "news", "--language", language)
    assert done.returncode == 0, done.stderr
    workspace = Workspace.open(tmp_path / "news" / "config.toml")
    prepared = prepare(workspace, locate_issue(workspace, "1", None))
    findings = preflight(prepared.issue, prepared.draft)
    assert [one.what.partition(" is ")[2] for one in findings] == ["a draft"]


def test_every_answer_stands_in_config(tmp_path: Path) -> None:
    done = type_in(
        tmp_path,
        *("init", "--title", 'L’Heure "exacte" \\ et après', "--language", "fr"),
        *("--from", "L’Heure <heure@journal.example.net>", "--relay", "smtp.example.net:465"),
        *("--username", "heure", "--postal-address", "3 quai Branly, Lyon", "--key", "heure"),
        *("--base-url", "https://lire.example.net", "--timezone", "Indian/Reunion"),
    )
    assert done.returncode == 0, done.stderr
    config = tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))
    relay, mailing_list = config["relays"]["main"], config["lists"]["heure"]
    assert list(config["lists"]) == ["heure"]
    assert (relay["host"], relay["port"], relay["security"]) == ("smtp.example.net", 465, "tls")
    assert relay["username"] == "heure"
    assert mailing_list["title"] == 'L’Heure "exacte" \\ et après'
    assert mailing_list["contact"] == "heure@journal.example.net"
    assert mailing_list["postal_address"] == "3 quai Branly, Lyon"
    assert mailing_list["timezone"] == "Indian/Reunion"
    assert config["site"]["base_url"] == "https://lire.example.net"


def test_what_stands_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine")
    done = type_in(tmp_path, "init")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "there is a config.toml already" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "nobody"), "--from 'nobody'"),
        (("--language", "de"), "no pages are written in 'de'"),
        (("--relay", "smtp.example.net:smtp"), "names no port"),
        (("--timezone", "Europe/Lutece"), "unknown time zone"),
        (("--template", "cafee"), "there is no templates/cafee"),
        (("--key", "Le Café"), "a key is made of a-z"),
    ],
)
def test_an_answer_that_cannot_be_used_leaves_nothing_behind(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = type_in(tmp_path, "init", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_no_relay_but_the_sandbox_gets_a_mail_with_the_placeholder() -> None:
    """The law asks for the publisher's own postal address (GDPR 13(1)(a))."""
    assert all(any(sample in words for sample in PLACEHOLDERS) for words in PLACEHOLDER.values())


@settings(max_examples=60)
@given(st.text())
def test_any_title_makes_a_key(title: str) -> None:
    key = key_of(title)
    assert 0 < len(key) <= 20
    assert key.isascii()
    assert key.replace("-", "").isalnum()
    assert key == key.lower()
