"""The headers of an issue's copy, each once, in a set order, true for this reader."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import rfc2047
from composing.issues import BASE, FRAME, MARIE, draft, hole, mail, section
from mailer.composing import ComposingError, Mail, Reader


def fields(made: Mail, reader: Reader = MARIE) -> list[tuple[str, str]]:
    return [(name, rfc2047.text_value(body)) for name, body in rfc2047.fields(made.wire(reader))]


def test_an_issues_headers_stand_once_each_and_in_order(tmp_path: Path) -> None:
    found = fields(mail(tmp_path, section("<p>a</p>")))
    assert [name for name, _ in found] == [
        "Date",
        "From",
        "Reply-To",
        "To",
        "Subject",
        "Message-ID",
        "MIME-Version",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "List-Post",
        "Feedback-ID",
        "List-Archive",
        "List-Owner",
        "Content-Type",
    ]
    assert max(Counter(name.lower() for name, _ in found).values()) == 1
    values = dict(found)
    assert values["Date"] == "Fri, 20 Nov 2026 06:30:00 +0000"
    assert values["From"] == "Le Café <cafe@cafe.example>"
    assert values["Message-ID"] == MARIE.message_id
    assert values["List-Id"] == "Le Café <cafe.cafe.example>"
    assert values["List-Post"] == "NO"
    assert values["List-Archive"] == f"<{BASE}/archive/cafe>"
    assert values["List-Owner"] == "<mailto:bonjour@cafe.example>"


def test_one_click_unsubscribing_has_exactly_one_web_address(tmp_path: Path) -> None:
    """RFC 8058 3.1; a mailto beside it only where there is an inbox for it."""
    made = mail(tmp_path, section("<p>a</p>"))
    values = dict(fields(made))
    assert values["List-Unsubscribe"] == f"<{MARIE.unsubscribe}>"
    assert values["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mailto = replace(MARIE, unsubscribe_mailto="mailto:u+k1.abc@cafe.example")
    assert dict(fields(made, mailto))["List-Unsubscribe"] == (
        f"<{MARIE.unsubscribe}>, <mailto:u+k1.abc@cafe.example>"
    )


def test_a_copy_without_a_way_out_of_its_own_says_nothing_of_it(tmp_path: Path) -> None:
    made = mail(tmp_path, section("<p>a</p>"))
    names = [name for name, _ in fields(made, replace(MARIE, unsubscribe=""))]
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(names)
    assert "unsubscribe" not in made.html(replace(MARIE, unsubscribe="")).lower()


def test_feedback_id_names_campaign_list_kind_and_sender_and_no_reader(tmp_path: Path) -> None:
    value = dict(fields(mail(tmp_path, section("<p>a</p>"))))["Feedback-ID"]
    assert value == "cafe-386:cafe:issue:cafeexamplemail"
    assert 5 <= len(value.split(":")[3]) <= 15
    short = replace(FRAME, sender=type(FRAME.sender)("X", "x@x.fr"))  # type: ignore[call-arg]
    assert short.feedback_sender == "xfrmailer"


def test_what_a_list_does_not_have_is_not_claimed(tmp_path: Path) -> None:
    frame = replace(FRAME, archive="", reply_to=None, contact=f"{BASE}/contact")
    made = Mail(draft(tmp_path, section("<p>a</p>"), frame=frame).editions["fr"])
    assert not {"List-Archive", "List-Owner", "Reply-To"} & {name for name, _ in fields(made)}


def test_a_test_copy_says_so_in_its_subject(tmp_path: Path) -> None:
    made = mail(tmp_path, section("<p>a</p>"), subject="Bonjour")
    assert dict(fields(made, replace(MARIE, test=True)))["Subject"] == "[TEST] Bonjour"
    assert dict(fields(made))["Subject"] == "Bonjour"


def test_a_subject_may_name_the_reader(tmp_path: Path) -> None:
    made = mail(tmp_path, section("<p>a</p>"), subject=f"{hole('first_name')}, le café ☕️")
    assert dict(fields(made))["Subject"] == "Marie, le café ☕️"
    assert dict(fields(made, replace(MARIE, first_name="Zoé")))["Subject"] == "Zoé, le café ☕️"


@pytest.mark.parametrize("missing", [{"address": None}, {"date": None}, {"message_id": ""}])
def test_a_copy_needs_to_know_where_it_goes(tmp_path: Path, missing: dict[str, None]) -> None:
    with pytest.raises(ComposingError):
        mail(tmp_path, section("<p>a</p>")).wire(replace(MARIE, **missing))  # type: ignore[arg-type]


def test_a_page_is_filled_for_nobody_in_particular(tmp_path: Path) -> None:
    """Manage links, greeting and address vanish; the issue stays."""
    made = mail(tmp_path, section("<p>Le texte</p>"))
    page = made.html(Reader(subscribe=f"{BASE}/subscribe/cafe"))
    assert "Le texte" in page
    assert "/u/" not in page
    assert "@lecteurs.example" not in page
    assert "Marie" not in page
