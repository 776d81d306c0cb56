"""Choosing: less mail, not none; what is changed is told; and nobody acts for a reader unawares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from builders import make_workspace
from mailer.audience import TRACKING
from mailer.store.tables import Purpose
from mailer.tokens import TokenPurpose
from mailer.web import create_app
from mailer.web.forms import version_of
from web.conftest import client_of
from web.stage import Stage, form, letter_path, stage_on, words
from web.test_leaving import mailable


def copys(stage: Stage, reader: int = 1) -> str:
    """The preferences behind the link in an issue."""
    return f"/p/{stage.token(TokenPurpose.PREFERENCES, reader)}"


def own(stage: Stage, reader: int = 1) -> str:
    """The preferences behind a link that was sent to the reader alone."""
    return f"/m/{stage.site.signer.sign(TokenPurpose.MANAGE, reader, 0)}"


def leaving(stage: Stage, reader: int = 1) -> str:
    return f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, reader)}"


def test_the_page_says_whose_mails_stop_without_saying_whose(
    stage: Stage, client: TestClient
) -> None:
    page = client.get(leaving(stage)).text
    assert "l•••@co•••.example" in page
    assert stage.readers[0] not in page
    assert "Oui, me désabonner" in page
    assert "Non, on m’a transféré ce message" in page


def test_no_changes_nothing_for_the_reader_and_offers_a_subscription(
    stage: Stage, client: TestClient
) -> None:
    before = stage.consent_state()
    answer = client.post(leaving(stage), data={"act": "forwarded"})
    assert f'href="/s/{stage.share_id}#subscribe"' in answer.text
    assert stage.consent_state() == before
    stage.site.collector.flush()
    assert stage.counts("page_counts")["forwarded", False] == 1


def test_a_reason_is_kept_as_evidence_and_only_one_of_ours(
    stage: Stage, client: TestClient
) -> None:
    client.post(leaving(stage, 1), data={"act": "leave", "reason": "too_many"})
    client.post(leaving(stage, 2), data={"act": "leave", "reason": "<b>anything</b>"})
    client.post(leaving(stage, 3), data={"act": "leave"})
    with stage.store.read() as connection:
        details = connection.scalars(
            text(
                "SELECT detail FROM consent_evidence JOIN consent_records"
                " ON consent_records.id = consent_id WHERE action = 'withdrawn' ORDER BY 1"
            )
        ).all()
    assert sorted(details, key=len) == ["{}", "{}", '{"reason": "too_many"}']


def test_what_is_changed_through_a_copys_link_is_told_to_the_reader(
    both: Stage, on_both: TestClient
) -> None:
    on_both.post(copys(both), data={"locale": "en"})
    (letter,) = both.letters()
    assert letter["To"] == both.readers[0]
    assert "Your preferences have changed" in letter["Subject"]
    on_both.post(copys(both), data={"locale": "en"})  # nothing changes, and nothing is told
    assert len(both.letters()) == 1
    assert "Your preferences" in on_both.get(letter_path(letter, "m")).text


def test_whoever_holds_a_copy_cannot_fill_the_readers_mailbox(
    stage: Stage, client: TestClient
) -> None:
    for n in range(30):
        stage.clock.now += timedelta(seconds=1)
        client.post(copys(stage), data={"locale": ("en", "fr")[n % 2]})
        client.post(copys(stage), data={"act": "link"})
    assert len(stage.letters()) == 10
    answer = client.post(copys(stage), data={"act": "pause", "weeks": "2"})
    assert answer.status_code == 429
    assert mailable(stage) == set(stage.readers)


def test_a_pause_stops_the_issues_and_ends_with_a_list_of_what_was_missed(
    both: Stage, on_both: TestClient
) -> None:
    both.clock.now -= timedelta(minutes=5)  # before the issue went out
    answer = on_both.post(copys(both), data={"act": "pause", "weeks": "4"})
    assert "Aucun numéro ne vous parviendra avant le 29 décembre 2026" in unescape(answer.text)
    assert mailable(both) == set(both.readers[1:])
    (told,) = both.letters()
    assert "29 décembre 2026" in told.as_string() or "29 d=C3=A9cembre 2026" in told.as_string()
    both.clock.now += timedelta(weeks=4)
    assert mailable(both) == set(both.readers)
    both.work()
    greeting = both.letters()[-1]
    assert "Votre pause est finie" in greeting["Subject"]
    body = greeting.get_body(("plain",))
    assert body is not None
    listed = body.get_content()
    assert "#386" in listed
    assert f"/s/{both.share_id}" in listed
    assert len(both.letters()) == 2
    both.work()
    assert len(both.letters()) == 2


def test_a_pause_can_be_ended_at_any_time(stage: Stage, client: TestClient) -> None:
    client.post(copys(stage), data={"act": "pause", "weeks": "12"})
    stage.clock.now += timedelta(days=3)
    client.post(copys(stage), data={"act": "resume"})
    assert mailable(stage) == set(stage.readers)
    assert "Votre pause est finie" in stage.letters()[-1]["Subject"]


@pytest.mark.parametrize("weeks", ["", "0", "-2", "3", "1000000000000", "x", "2\0"])
def test_what_is_no_pause_of_ours_changes_nothing(
    stage: Stage, client: TestClient, weeks: str
) -> None:
    before = stage.consent_state()
    assert client.post(copys(stage), data={"act": "pause", "weeks": weeks}).status_code == 200
    assert stage.consent_state() == before


def test_lists_and_address_stand_behind_a_link_that_only_the_reader_gets(
    stage: Stage, client: TestClient
) -> None:
    """A forwarded copy shows nobody what else its reader reads."""
    page = client.get(copys(stage)).text
    assert 'name="email"' not in page
    assert "The Letter" not in page
    before = stage.consent_state()
    client.post(copys(stage), data={"act": "address", "email": "voleur@ailleurs.example"})
    client.post(copys(stage), data={"act": "quit", "list": "cafe"})
    assert stage.consent_state() == before
    client.post(copys(stage), data={"act": "link"})
    (letter,) = stage.letters()
    assert letter["To"] == stage.readers[0]
    page = client.get(letter_path(letter, "m")).text
    assert 'name="email"' in page
    assert 'href="/l/letter"' in page


def test_a_new_address_counts_once_confirmed_there_and_the_old_one_can_take_it_back(
    both: Stage, on_both: TestClient
) -> None:
    old, new = both.readers[0], "Nouvelle@ailleurs.example"
    on_both.post(own(both), data={"act": "address", "email": new})
    (asking,) = both.letters()
    assert asking["To"] == new
    assert old not in asking.as_string()
    assert old in mailable(both)
    path = letter_path(asking, "n")
    assert "N•••@ai•••.example" in on_both.get(path).text
    for _ in range(2):
        answer = on_both.post(path)
        assert (answer.status_code, "Votre adresse est changée" in answer.text) == (200, True)
    assert mailable(both) == {new, *both.readers[1:]}
    told = both.letters()[-1]
    assert (told["To"], len(both.letters())) == (old, 2)
    assert new not in told.as_string()
    back = letter_path(told, "b")
    assert "Revenir en arrière" in on_both.get(back).text
    for _ in range(2):
        assert on_both.post(back).status_code == 200
    assert mailable(both) == set(both.readers)


def test_an_address_that_somebody_has_is_not_taken_and_asking_tells_nothing(
    stage: Stage, client: TestClient
) -> None:
    taken = client.post(own(stage), data={"act": "address", "email": stage.readers[1]})
    free = client.post(own(stage), data={"act": "address", "email": "libre@ailleurs.example"})
    assert taken.content == free.content
    answer = client.post(letter_path(stage.letters()[0], "n"))
    assert "déjà prise" in answer.text
    assert mailable(stage) == set(stage.readers)


def test_a_change_of_address_waits_two_days_and_its_way_back_thirty(
    stage: Stage, client: TestClient
) -> None:
    client.post(own(stage), data={"act": "address", "email": "neuf@ailleurs.example"})
    path = letter_path(stage.letters()[0], "n")
    stage.clock.now += timedelta(days=2, seconds=1)
    assert client.get(path).status_code == client.post(path).status_code == 404
    stage.clock.now -= timedelta(days=1)
    client.post(path)
    back = letter_path(stage.letters()[-1], "b")
    stage.clock.now += timedelta(days=31)
    assert client.get(back).status_code == client.post(back).status_code == 404


def test_what_is_no_address_is_said_at_its_field(stage: Stage, client: TestClient) -> None:
    page = client.post(own(stage), data={"act": "address", "email": "x@"}).text
    assert 'aria-describedby="email-error"' in page
    assert stage.letters() == []


def test_another_list_is_left_from_ones_own_page(stage: Stage, client: TestClient) -> None:
    data = form(
        email=stage.readers[0],
        lang="en",
        wording=version_of(words("en").replace("Le Café", "The Letter")),
    )
    client.post("/l/letter", data=data)
    client.post(letter_path(stage.letters()[-1], "k"))
    page = client.get(own(stage)).text
    assert "Quitter" in page
    client.post(own(stage), data={"act": "quit", "list": "letter"})
    assert stage.actions(stage.readers[0])[-1] == "withdrawn"
    assert stage.readers[0] in mailable(stage)  # the other list is another matter


@pytest.fixture
def curious(stage: Stage, tmp_path: Path) -> Iterator[tuple[Stage, TestClient]]:
    """A list that asks for every tracking."""
    workspace = make_workspace(tmp_path / "curious")
    said = workspace.file.read_text(encoding="utf-8")
    said = said.replace("tracking = []", 'tracking = ["opens", "clicks", "forwards"]', 1)
    workspace.file.write_text(said, encoding="utf-8")
    stage = stage_on(type(workspace).open(workspace.file), stage.store)
    with client_of(create_app(stage.site), stage) as client:
        yield stage, client


def test_tracking_is_given_and_taken_back_on_the_same_page(
    curious: tuple[Stage, TestClient],
) -> None:
    """GDPR 7(3)."""
    stage, client = curious
    page = unescape(client.get(copys(stage)).text)
    assert words("fr", Purpose.CLICKS) in page
    assert not re.search(r'type="checkbox"[^>]*checked', page)
    ticked = {each.value: version_of(words("fr", each)) for each in TRACKING}
    client.post(copys(stage), data={"locale": "fr", "asked": "yes", **ticked})
    assert stage.actions(stage.readers[0]) == ["confirmed", *["granted"] * 3]
    stage.clock.now += timedelta(seconds=1)
    page = client.post(copys(stage), data={"locale": "fr", "asked": "yes"}).text
    assert stage.actions(stage.readers[0]) == ["confirmed", *["granted"] * 3, *["withdrawn"] * 3]
    assert len(stage.letters()) == 2
    assert "<details>" in page  # after a refusal nobody is pressed (CNIL 2026-042)
