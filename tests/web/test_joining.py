"""Joining through a share link: a form asks, a mail confirms, a button subscribes."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from mailer.tokens import TokenPurpose
from web.stage import Stage, form, letter_path, register_unsent

NEW = "collegue@ailleurs.example"


def ask(stage: Stage, client: TestClient, **changes: str) -> str:
    filled = form(**{"shown": stage.shown(), **changes})
    answer = client.post(f"/s/{stage.share_id}", data=filled)
    assert answer.status_code == 200, answer.text
    return answer.text


def confirm_path(stage: Stage) -> str:
    return letter_path(stage.letters()[-1], "k")


def test_asking_makes_a_pending_subscription_that_knows_its_share_link(
    both: Stage, on_both: TestClient
) -> None:
    """GDPR 4(11) and 7(1): nothing counts before the address's owner confirms."""
    assert "Regardez maintenant votre boîte" in ask(both, on_both)
    assert both.statuses()[NEW] == "pending"
    assert both.actions(NEW) == ["requested"]
    with both.store.read() as connection:
        row = connection.execute(
            text(
                "SELECT subscriptions.share_id, issues.slug FROM subscriptions"
                " JOIN share_links ON share_links.id = subscriptions.share_id"
                " JOIN issues ON issues.id = share_links.issue_id"
            )
        ).one()
    assert tuple(row) == (both.share_id, "cafe-386")


def test_the_button_in_the_mail_subscribes_and_pressed_twice_it_does_so_once(
    both: Stage, on_both: TestClient
) -> None:
    ask(both, on_both)
    path = confirm_path(both)
    page = on_both.get(path)
    assert "Confirmer mon inscription" in page.text
    for _ in range(2):
        answer = on_both.post(path)
        assert (answer.status_code, "Bienvenue" in answer.text) == (200, True)
    assert both.statuses()[NEW] == "active"
    assert both.actions(NEW) == ["requested", "confirmed"]
    assert "Bienvenue" in on_both.get(path).text


def test_the_ledger_keeps_how_where_and_in_which_words(stage: Stage, client: TestClient) -> None:
    """GDPR 7(1), EDPB 5/2020; the network and the browser's family, and no more."""
    ask(stage, client)
    client.post(confirm_path(stage))
    with stage.store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT action, channel, place, wordings.text, address, ip_prefix, user_agent"
                " FROM consent_records JOIN wordings ON wordings.id = wording_id"
                " JOIN consent_evidence ON consent_id = consent_records.id"
                " WHERE address = :address ORDER BY consent_records.id"
            ),
            {"address": NEW},
        ).all()
    shown = unescape(client.get(f"/s/{stage.share_id}").text)
    for (action, channel, place, words, _, _, browser), expected in zip(
        rows, [("requested", "form", "/s"), ("confirmed", "page", "/k")], strict=True
    ):
        assert (action, channel, place) == expected
        assert words in shown
        assert browser == "Firefox"


def test_the_confirm_page_repeats_the_words_that_were_agreed_to(
    stage: Stage, client: TestClient
) -> None:
    ask(stage, client)
    assert "J’accepte de recevoir Le Café" in unescape(client.get(confirm_path(stage)).text)


def test_one_mail_a_request_however_often_the_form_is_sent(
    stage: Stage, client: TestClient
) -> None:
    for _ in range(5):
        ask(stage, client)
    assert len(stage.letters()) == 1
    stage.clock.now += timedelta(hours=23)
    ask(stage, client)
    assert len(stage.letters()) == 1
    stage.clock.now += timedelta(hours=2)
    ask(stage, client)
    assert len(stage.letters()) == 2


def test_an_old_confirmation_cannot_bring_back_who_has_left(
    stage: Stage, client: TestClient
) -> None:
    ask(stage, client)
    old = confirm_path(stage)
    client.post(old)
    (id_,) = (row[0] for row in standing(stage))
    client.post(f"/m/{stage.site.signer.sign(TokenPurpose.MANAGE, id_, 0)}", data={"act": "leave"})
    assert stage.statuses()[NEW] == "unsubscribed"
    assert client.get(old).status_code == client.post(old).status_code == 404
    assert stage.statuses()[NEW] == "unsubscribed"


def standing(stage: Stage) -> list[tuple[int, str]]:
    with stage.store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT subscriptions.id, status FROM subscriptions"
                " JOIN subscribers ON subscribers.id = subscriber_id WHERE address = :address"
            ),
            {"address": NEW},
        )
        return [(row[0], row[1]) for row in rows]


def test_a_confirmation_is_good_for_thirty_days(stage: Stage, client: TestClient) -> None:
    ask(stage, client)
    path = confirm_path(stage)
    stage.clock.now += timedelta(days=31)
    assert client.get(path).status_code == client.post(path).status_code == 404
    assert stage.statuses()[NEW] == "pending"


def test_who_left_may_come_back_through_another_issues_link(
    stage: Stage, client: TestClient
) -> None:
    client.post(f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}", data={"act": "leave"})
    ask(stage, client, email=stage.readers[0])
    assert stage.statuses()[stage.readers[0]] == "pending"
    client.post(confirm_path(stage))
    assert stage.actions(stage.readers[0])[-2:] == ["requested", "confirmed"]
    with stage.store.read() as connection:
        shares = connection.execute(text("SELECT DISTINCT share_id FROM subscriptions")).scalars()
        assert set(shares) == {None, stage.share_id}


def test_known_and_unknown_addresses_get_the_same_status_and_bytes(
    both: Stage, on_both: TestClient
) -> None:
    """Nothing tells whether an address is on the list; the owner of the address gets a mail."""
    on_both.post(f"/u/{both.token(TokenPurpose.UNSUBSCRIBE, 2)}", data={"act": "leave"})
    known, left = both.readers[0], both.readers[1]
    pages = {ask(both, on_both, email=email) for email in (known, known.upper(), left, NEW)}
    assert len(pages) == 1
    (page,) = pages
    assert "@" not in page.replace("redaction@cafe.example", "")
    subjects = [letter["Subject"] for letter in both.letters() if letter["To"] == known]
    assert len(subjects) == 1
    assert both.statuses()[known] == "active"


def test_the_letter_to_a_reader_leads_to_their_preferences(
    stage: Stage, client: TestClient
) -> None:
    ask(stage, client, email=stage.readers[0])
    page = client.get(letter_path(stage.letters()[-1], "m"))
    assert page.status_code == 200
    assert "Vos préférences" in page.text


@pytest.mark.parametrize(
    "name", ["http://gagnez.example", "www.gagnez.example", "a@b.example", "<b>", "x" * 101, "a\nb"]
)
def test_a_name_that_carries_a_message_is_refused(
    stage: Stage, client: TestClient, name: str
) -> None:
    answer = client.post(f"/s/{stage.share_id}", data=form(name=name))
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert stage.letters() == []


def test_no_mail_repeats_what_the_form_said(stage: Stage, client: TestClient) -> None:
    ask(stage, client, name="Marcelle Proust")
    (letter,) = stage.letters()
    assert "Marcelle" not in letter.as_string()


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    stage: Stage, client: TestClient
) -> None:
    """WCAG 2.2, 3.3.1, 3.3.3 and 3.3.7."""
    answer = client.post(f"/s/{stage.share_id}", data=form(email="zoé@", agreed=""))
    assert answer.status_code == 422
    page = unescape(answer.text)
    email = re.search(r'<input id="email"[^>]*>', page)
    name = re.search(r'<input id="name"[^>]*>', page)
    box = re.search(r'<input id="agreed"[^>]*>', page)
    assert email
    assert name
    assert box
    for word in ('value="zoé@"', 'aria-invalid="true"', 'aria-describedby="email-error"'):
        assert word in email[0]
    assert "autofocus" in email[0]
    assert 'value="Zoé"' in name[0]
    assert "aria-invalid" not in name[0]
    assert 'aria-describedby="agreed-error"' in box[0]
    assert "checked" not in box[0]
    assert "<title>Vérifiez le formulaire · " in page
    assert 'role="alert"' in page
    assert NEW not in stage.statuses()


def test_what_was_typed_comes_back_as_text_not_as_html(stage: Stage, client: TestClient) -> None:
    wicked = '"><script>alert(1)</script>'
    answer = client.post(f"/s/{stage.share_id}", data=form(email=wicked, name=wicked))
    assert wicked not in answer.text
    assert "alert(1)</script>" not in answer.text


def test_consent_is_to_the_very_words_that_were_shown(stage: Stage, client: TestClient) -> None:
    page = client.get(f"/s/{stage.share_id}?lang=en").text
    version = re.search(r'name="wording" value="(\w+)"', page)
    assert version
    shown = form(wording=version[1], lang="en")
    refused = client.post(f"/s/{stage.share_id}", data={**shown, "lang": "fr"})
    assert refused.status_code == 422  # the French words were never shown
    assert client.post(f"/s/{stage.share_id}", data=shown).status_code == 200


def test_nobody_is_asked_before_the_issue_is_out(stage: Stage, client: TestClient) -> None:
    share_id = register_unsent(stage, "letter-12")
    before = stage.consent_state()
    for answer in (client.get(f"/s/{share_id}"), client.post(f"/s/{share_id}", data=form())):
        assert answer.status_code == 404
        assert "Not out yet" in answer.text
    assert stage.consent_state() == before


def test_two_people_who_type_one_address_at_once_are_one_request(
    both: Stage, on_both: TestClient
) -> None:
    answers: list[int] = []
    on_both.post(f"/s/{both.share_id}")  # FastAPI finishes a route when it is first asked for

    def post() -> None:
        with TestClient(on_both.app) as client:
            answers.append(client.post(f"/s/{both.share_id}", data=form()).status_code)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6
    assert both.actions(NEW) == ["requested"]
    assert len(both.letters()) == 1
