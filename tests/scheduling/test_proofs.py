"""Before a slot the editors see the issue, its check and what has changed, once a lead."""

from __future__ import annotations

import re
from email.message import EmailMessage

from mailer.store.tables import NoticeKind
from scheduling.desk import Desk

FRIDAY = "2026-11-27"


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_each_lead_shows_the_issue_once_with_its_check_on_top(desk: Desk) -> None:
    desk.write(386, text="## Un titre\n\nLe texte de la semaine.")
    desk.scheduler.tick()
    for moment in ("2026-11-26 06:30", "2026-11-26 06:31", f"{FRIDAY} 04:30", f"{FRIDAY} 05:00"):
        desk.at(moment)
    first, second = desk.letters()
    assert first["To"] == "redaction@cafe.example"
    assert first["Subject"] == "[Épreuve, ven. 27 nov.] Numéro 386"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        shown = text_of(first, part)
        assert shown.index("rien ne s’y oppose") < shown.index("Le texte de la semaine.")
        assert "Le Café #386 part le vendredi 27 novembre 2026, 07:30" in shown
        assert "À 2 personnes" in shown
        assert re.search(r"/hold/[\w-]+", shown)
    assert "Depuis la dernière épreuve" not in text_of(first)
    assert "Rien n’a changé." in text_of(second)
    assert desk.sent() == []


def test_what_has_changed_since_the_last_proof_is_named(desk: Desk) -> None:
    desk.write(386, text="## Une image\n\nAvant.\n\n## Un livre\n\nLe même.")
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    desk.write(386, text="## Une image\n\nAprès.\n\n## Un livre\n\nLe même.\n\n## Un mot\n\nNeuf.")
    desk.at(f"{FRIDAY} 04:30")
    told = text_of(desk.letters()[1])
    assert "- modifié\xa0: Une image\n- nouveau\xa0: Un mot\n" in told
    assert "Un livre\n- " not in told


def test_another_issue_than_the_one_that_was_shown_is_said_so(desk: Desk) -> None:
    desk.write(387)
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    desk.write(386)
    desk.at(f"{FRIDAY} 04:30")
    assert "nouveau\xa0: #386" in text_of(desk.letters()[1])


def test_a_proof_says_what_will_hold_the_issue(desk: Desk) -> None:
    template = desk.workspace.templates / "cafe" / "issue.txt"
    template.write_text(template.read_text().replace("[[ links.unsubscribe ]]", ""))
    desk.write(386, text="Le texte de la semaine.")
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    told = text_of(desk.letters()[0])
    assert "il sera RETENU, pas envoyé" in told
    assert "bloquant" in told
    assert "unsubscribe link" in told
    assert "Le texte de la semaine." in told


def test_an_issue_that_cannot_be_read_is_told_without_it(desk: Desk) -> None:
    desk.write(386, text="![](rien.png)")
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    assert "il sera RETENU" in text_of(desk.letters()[0])
    assert "rien.png" in text_of(desk.letters()[0], "html")


def test_a_day_before_the_editors_hear_that_no_issue_is_ready(desk: Desk) -> None:
    desk.write(386, status="draft")
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    (letter,) = desk.letters()
    assert letter["Subject"] == (
        "Le Café\xa0: aucun numéro n’est prêt pour le vendredi 27 novembre 2026, 07:30"
    )
    assert "386 is a draft" in text_of(letter)


def test_after_a_night_without_power_only_the_nearest_proof_comes(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    desk.at(f"{FRIDAY} 05:00")
    desk.at(f"{FRIDAY} 05:01")
    assert len(desk.letters()) == 1


def test_held_and_empty_slots_are_told_once(desk: Desk) -> None:
    desk.write(386, text="Voir [ici](#nulle-part).")
    desk.scheduler.tick()
    desk.at(f"{FRIDAY} 06:30")
    desk.at(f"{FRIDAY} 06:31")
    held = desk.letters()[-1]
    assert len(desk.letters()) == 1
    assert "/hold/" in text_of(held)
    assert "issue.md" in text_of(held)
    desk.write(386, status="draft")
    desk.at("2026-12-04 06:30")
    desk.at("2026-12-04 06:31")
    assert [str(letter["Subject"]) for letter in desk.letters()[1:]] == [
        "Le Café\u00a0: aucun numéro n’était prêt"
    ]


def test_a_proof_is_a_notice_of_its_kind(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    assert desk.kinds() == [NoticeKind.PROOF]
