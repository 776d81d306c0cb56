"""What became of an issue is told as it was, issue beside issue, and once to the editors."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from builders import KEYS, add_readers
from delivery.press import Press, about, plan
from delivery.test_consent import withdraw
from fixtures.browser import OpenPage
from lying_server import Answer, Question
from mailer.address import Address
from mailer.audience import Act, confirm, ensure_list, request
from mailer.campaigns import launch
from mailer.cli import commands
from mailer.cli.app import app
from mailer.consent import seal, wording_id
from mailer.stats import Failure, figures_named, issue_figures, latest_figures
from mailer.store import Store
from mailer.store.tables import (
    Channel,
    DeliveryState,
    IssueRow,
    LinkCount,
    Notice,
    NoticeKind,
    PageCount,
    ShareLink,
)

LONG = "Un lien dont le nom est long, et même bien plus long qu’une ligne de téléphone"
REFUSALS = {1: "550 5.1.1 nobody", 2: "552 5.2.2 full", 3: "550 5.7.1 spam", 4: "554 5.3.0 no"}


@pytest.fixture
def press(tmp_path: Path, database_url: str) -> Iterator[Press]:
    """Two issues were sent, a week apart."""
    store = Store(database_url)
    yield filled(Press(tmp_path, store, database_url))
    store.close()


def filled(press: Press) -> Press:
    launch_issue(press, 899, readers=6)
    press.send()
    press.clock.turn(days=7)
    launch_issue(press, 900, readers=4)
    refused = dict(zip(press.readers, REFUSALS.values(), strict=False))

    def answer(question: Question) -> Answer:
        return next((said for who, said in refused.items() if about(question, who)), None)

    press.editors = ["redaction@cafe.example", "chef@cafe.example"]
    press.send(answer)
    press.clock.turn(hours=1)
    withdraw(press, press.readers[5])
    join_by_share(press, "collegue@ailleurs.example")
    count_visits(press)
    return press


def launch_issue(press: Press, number: int, *, readers: int) -> None:
    press.readers += add_readers(
        press.store, readers, now=press.clock(), first=len(press.readers) + 1
    )
    links = [
        SimpleNamespace(n=1, url="https://a.example/", locale="fr", label="Le métro & la ville"),
        SimpleNamespace(n=2, url="https://b.example/", locale="fr", label=LONG),
    ]
    frozen = replace(plan(4), number=number, slug=f"cafe-{number}", links=links)
    with press.store.write() as connection:
        press.campaign = launch(
            connection, frozen, share_id=secrets.token_urlsafe(9), now=press.clock()
        ).campaign_id


def join_by_share(press: Press, address: str) -> None:
    act = Act(at=press.clock(), channel=Channel.FORM, place="/s")
    with press.store.write() as connection:
        share = connection.scalars(
            select(ShareLink.id).join(IssueRow).where(IssueRow.number == 900)
        ).one()
        words = wording_id(connection, "Oui.", "fr", now=press.clock())
        asked = request(
            connection,
            KEYS,
            Address.parse(address),
            ensure_list(connection, "cafe"),
            act,
            name="",
            locale="fr",
            wording_id=words,
            share_id=share,
        )
        assert confirm(connection, KEYS, asked.id, asked.consent_id, act)


def count_visits(press: Press) -> None:
    today = press.clock().date()
    with press.store.write() as connection:
        issue = connection.scalars(select(IssueRow.id).where(IssueRow.number == 900)).one()
        for n, day, machine, count in (
            (1, today, False, 3),
            (1, today + timedelta(days=1), False, 4),
            (1, today, True, 50),
            (2, today, False, 2),
        ):
            values = {"issue_id": issue, "n": n, "day": day, "machine": machine, "count": count}
            connection.execute(insert(LinkCount).values(values))
        values = {"issue_id": issue, "page": "share", "day": today, "machine": False, "count": 5}
        connection.execute(insert(PageCount).values(values))


def test_an_issues_figures_are_what_befell_it(press: Press) -> None:
    with press.store.read() as connection:
        one = issue_figures(connection, press.campaign)
        assert one == figures_named(connection, "900", None)
        assert one == figures_named(connection, "cafe-900", "cafe")
    assert one
    assert (one.number, one.audience) == (900, 10)
    assert one.states == {DeliveryState.ACCEPTED: 6, DeliveryState.FAILED: 4}
    assert one.failures == {
        Failure.ADDRESS: 1,
        Failure.MAILBOX: 1,
        Failure.POLICY: 1,
        Failure.REFUSED: 1,
    }
    assert (one.left, one.joined_by_share, one.share_visits) == (1, 1, 5)
    assert (one.followed, one.followed_by_machines) == (9, 50)
    assert [(link.n, link.people, link.machines) for link in one.links] == [(1, 7, 50), (2, 2, 0)]


def test_what_happened_after_the_next_issue_is_not_the_ones_before(press: Press) -> None:
    with press.store.read() as connection:
        newest, older = latest_figures(connection, "cafe")
    assert (newest.number, older.number) == (900, 899)
    assert older.states == {DeliveryState.ACCEPTED: 6}
    assert (older.left, older.joined, older.joined_by_share, older.followed) == (0, 6, 0, 0)
    assert newest.left == 1


def letters(press: Press) -> list[tuple[str, str]]:
    """Cause and content of each report, oldest first."""
    with press.store.read() as connection:
        rows = connection.execute(
            select(Notice.cause, Notice.content)
            .where(Notice.kind == NoticeKind.REPORT)
            .order_by(Notice.id)
        ).all()
    return [(cause, (content or b"").decode()) for cause, content in rows]


def test_each_editor_gets_one_report_when_the_campaign_has_ended(press: Press) -> None:
    sent = letters(press)
    assert [cause for cause, _ in sent] == ["report:2:10:1", "report:2:10:2"]
    mail = message_from_bytes(sent[0][1].encode(), policy=policy.default)
    assert mail["To"] == "redaction@cafe.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in mail
    assert mail["Subject"] == "Le Café\u00a0: cafe-900 est parti"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for part in (text, html):
        assert "boîte pleine" in part
        assert "N°\u00a0899" in part
        assert "courrier.example" not in part  # nobody's address
    assert "█" in text
    assert "http" not in html.replace("http-equiv", "")  # nothing of a third party


def test_a_report_takes_the_newest_seal_out_of_the_house(press: Press) -> None:
    """With a head kept elsewhere a ledger that was rewritten as a whole is found out."""
    head = seal(press.store, press.folder / "seals", press.clock)[-1].head
    launch_issue(press, 900, readers=1)
    press.send()
    mail = message_from_bytes(letters(press)[-1][1].encode(), policy=policy.default)
    for part in ("plain", "html"):
        assert head in mail.get_body((part,)).get_content()  # type: ignore[union-attr]


def test_a_report_is_news_again_only_when_the_campaign_grew(press: Press) -> None:
    launch_issue(press, 900, readers=1)
    press.send()
    assert [cause for cause, _ in letters(press)] == [
        "report:2:10:1",
        "report:2:10:2",
        "report:2:12:1",
        "report:2:12:2",
    ]


def test_a_report_reaches_the_editors_with_the_next_sending(press: Press) -> None:
    launch_issue(press, 901, readers=1)
    recipients = press.send().recipients
    assert "chef@cafe.example" in recipients
    assert "redaction@cafe.example" in recipients
    assert letters(press)[0][1] == ""  # sent: its text is gone


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A workspace on SQLite whose two issues were sent."""
    folder = tmp_path_factory.mktemp("stats")
    shutil.copyfile(migrated_sqlite, folder / "mailer.db")
    url = f"sqlite:///{folder}/mailer.db"
    store = Store(url)
    filled(Press(folder, store, url))
    store.close()
    return folder


def said(house: Path, *words: str) -> str:
    commands.register() if not app.registered_commands else None
    done = CliRunner().invoke(app, ["--config", str(house / "config.toml"), "stats", *words])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_the_command_prints_a_table_or_json(house: Path) -> None:
    table = said(house)
    assert "cafe-900" in table
    assert "cafe-899" in table
    newest, _ = json.loads(said(house, "--json"))
    assert newest == json.loads(said(house, "900", "--list", "cafe", "--json"))
    assert newest["failed_because"] == {"address": 1, "mailbox": 1, "policy": 1, "refused": 1}
    assert newest["links"][0]["label"] == "Le métro & la ville"
    assert "Le métro & la ville" in said(house, "900")
    assert "no issue 777 was sent" in str(
        CliRunner().invoke(app, ["--config", str(house / "config.toml"), "stats", "777"]).exception
    )


def test_the_page_of_charts_is_readable_and_loads_nothing(
    house: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    for words in ((), ("900",)):
        file = tmp_path / f"stats{len(words)}.html"
        said(house, *words, "--html", str(file))
        page = open_page(width=320)
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert "N°\u00a0900" in page.inner_text("body")
