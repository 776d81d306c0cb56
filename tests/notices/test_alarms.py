"""What cannot wait is told once: to the editors by mail, and to the webhook where one is set."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from builders import KEYS, NOW, ROOT, make_workspace
from mailer.config import ConfigError, Workspace
from mailer.errors import MailerError
from mailer.notices import (
    Alarm,
    AlarmEvent,
    alarm,
    headers_of,
    next_call_due,
    settle_call,
    take_calls,
)
from mailer.store import Store
from mailer.store.tables import Notice, NoticeKind, WebhookCall, WebhookState

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
EMPTY = Alarm(
    event=AlarmEvent.EMPTY,
    list_key="cafe",
    cause="cafe 2026-11-27",
    slot=datetime(2026, 11, 27, 6, 30, tzinfo=UTC),
)


def with_webhook(folder: Path, patch: pytest.MonkeyPatch) -> Workspace:
    patch.setenv("MAILER_ALARMS__WEBHOOK", "https://alarms.cafe.example/mailer")
    patch.setenv("MAILER_ALARMS__SECRET", SECRET)
    return make_workspace(folder)


def mails(store: Store) -> list[EmailMessage]:
    with store.read() as connection:
        rows = connection.scalars(select(Notice.content).where(Notice.kind == NoticeKind.ALARM))
        return [message_from_bytes(row or b"", policy=policy.default) for row in rows]


def raise_alarm(store: Store, workspace: Workspace, one: Alarm) -> bool:
    with store.write() as connection:
        return alarm(connection, workspace, KEYS, one, now=NOW)


def test_the_editors_are_told_in_the_lists_language_and_time(store: Store, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert raise_alarm(store, workspace, EMPTY)
    [mail] = mails(store)
    assert mail["To"] == "redaction@cafe.example"
    assert mail["Subject"] == "Le Café\u00a0: aucun numéro n’était prêt"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert "vendredi 27 novembre 2026, 07:30" in part.get_content()
    raise_alarm(store, workspace, replace(EMPTY, list_key="letter", cause="letter 1"))
    assert mails(store)[1]["Subject"] == "The Letter: no issue was ready"


@pytest.mark.parametrize("list_key", ["cafe", "letter"])
@pytest.mark.parametrize("event", list(AlarmEvent))
def test_every_event_has_its_words_in_every_language(
    sqlite_url: str, tmp_path: Path, event: AlarmEvent, list_key: str
) -> None:
    store = Store(sqlite_url)
    one = replace(
        EMPTY,
        event=event,
        list_key=list_key,
        issue="cafe-386",
        campaign=3,
        what="main",
        figures={"accepted": 1234, "failed": 2},
    )
    raise_alarm(store, make_workspace(tmp_path), one)
    [mail] = mails(store)
    part = mail.get_body(("plain",))
    assert part is not None
    assert "%(" not in mail["Subject"] + part.get_content()
    assert ("1,234" if list_key == "letter" else "1\u202f234") in part.get_content()
    store.close()


def test_one_cause_is_told_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = with_webhook(tmp_path, monkeypatch)
    assert raise_alarm(store, workspace, EMPTY)
    assert not raise_alarm(store, workspace, EMPTY)
    assert raise_alarm(store, workspace, replace(EMPTY, cause="another slot"))
    assert len(mails(store)) == 2
    with store.read() as connection:
        assert len(connection.scalars(select(WebhookCall.id)).all()) == 2


def test_what_caused_it_and_the_alarm_stand_or_fall_together(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = with_webhook(tmp_path, monkeypatch)
    with store.read() as connection:  # whose transaction nobody commits
        assert alarm(connection, workspace, KEYS, EMPTY, now=NOW)
    assert mails(store) == []
    with store.read() as connection:
        assert next_call_due(connection) is None


def test_a_servers_words_lose_their_addresses(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal often repeats whom it is about; neither editors nor a third party need that."""
    workspace = with_webhook(tmp_path, monkeypatch)
    said = "550 5.1.1 <zoé.durand@courrier.example>: no such user"
    raise_alarm(store, workspace, replace(EMPTY, event=AlarmEvent.BRAKE, why=said))
    [mail] = mails(store)
    part = mail.get_body(("plain",))
    assert part is not None
    with store.read() as connection:
        body = connection.scalars(select(WebhookCall.body)).one()
    for text in (part.get_content(), body):
        assert "no such user" in text
        assert "durand" not in text
        assert "courrier.example" not in text


def test_without_a_webhook_nobody_is_called(store: Store, tmp_path: Path) -> None:
    raise_alarm(store, make_workspace(tmp_path), EMPTY)
    with store.read() as connection:
        assert take_calls(connection, NOW) == []


def test_a_call_is_signed_as_the_standard_says(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard Webhooks: HMAC-SHA-256 of id, time and body, in base64 behind «v1,»."""
    workspace = with_webhook(tmp_path, monkeypatch)
    raise_alarm(store, workspace, EMPTY)
    with store.write() as connection:
        [call] = take_calls(connection, NOW)
    headers = headers_of(call, workspace.webhook_secret(), NOW)
    signed = f"{headers['webhook-id']}.{int(NOW.timestamp())}.{call.body}"
    digest = hmac.new(b"s" * 32, signed.encode(), "sha256").digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert json.loads(call.body) == {
        "type": "slot.empty",
        "timestamp": NOW.isoformat(),
        "data": {"list": "cafe", "slot": "2026-11-27T06:30:00+00:00"},
    }


def test_a_call_is_one_takers_until_its_lease_ends(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_alarm(store, with_webhook(tmp_path, monkeypatch), EMPTY)
    with store.write() as connection:
        [first] = take_calls(connection, NOW)
    with store.write() as connection:
        assert take_calls(connection, NOW + timedelta(seconds=60)) == []
    with store.write() as connection:
        [again] = take_calls(connection, NOW + timedelta(seconds=121))
    assert (again.message_id, again.attempts) == (first.message_id, 2)


def test_a_call_nobody_answers_is_tried_ever_later_and_given_up_after_a_day(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_alarm(store, with_webhook(tmp_path, monkeypatch), EMPTY)
    now, pauses = NOW, []
    while True:
        with store.write() as connection:
            [call] = take_calls(connection, now)
            state = settle_call(connection, call, answer="503", is_taken=False, now=now)
            due = next_call_due(connection)
        if state is not WebhookState.WAITING:
            break
        assert due is not None
        pauses.append((due - now).total_seconds())
        now = due
    assert state is WebhookState.FAILED
    assert pauses[:4] == [5, 10, 20, 40]
    assert max(pauses) == 3600
    assert timedelta(hours=22) < now - NOW <= timedelta(days=1)
    assert due is None


@pytest.mark.parametrize(
    ("webhook", "secret", "words"),
    [
        ("http://alarms.cafe.example/", SECRET, "by http only on this machine"),
        ("ftp://alarms.cafe.example/", SECRET, "called by https"),
        ("https://alarms.cafe.example/", "", "a webhook is signed"),
        ("https://alarms.cafe.example/", "whsec_c2hvcnQ=", "24 to 64 octets"),
        ("https://alarms.cafe.example/", "correct horse battery staple", "whsec_"),
    ],
)
def test_a_webhook_that_is_unsafe_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webhook: str, secret: str, words: str
) -> None:
    monkeypatch.setenv("MAILER_ALARMS__WEBHOOK", webhook)
    monkeypatch.setenv("MAILER_ALARMS__SECRET", secret)
    with pytest.raises(MailerError, match=words) as refused:
        make_workspace(tmp_path)
    assert "c2hvcnQ" not in str(refused.value)
    assert "horse" not in str(refused.value)


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_ALARMS__WEBHOOK", "http://127.0.0.1:9/hook")
    monkeypatch.setenv("MAILER_ALARMS__SECRET_FILE", "secret")
    workspace = make_workspace(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        workspace.webhook_secret()
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    assert workspace.webhook_secret() == b"s" * 32


def test_every_event_stands_in_the_docs() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert [event for event in AlarmEvent if f"`{event}`" not in text] == []
