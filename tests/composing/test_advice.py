"""What an issue could leave with but had better not: each thing is told with place and mend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from composing.issues import FRAME, MJML, Box, edition, issue, section
from composing.issues import draft as draft_of
from composing.test_preflight import findings, only
from mailer.composing import glances
from mailer.composing.leading import tracking_names, without
from mailer.composing.naming import distance, near_misses
from mailer.composing.opening import cut
from mailer.composing.seeing import picture_findings
from mailer.composing.structure import unsaid
from mailer.content import Image
from mailer.rendering import parse_html

LONG = "Une phrase assez longue pour que ce numéro ne soit pas fait que d’images. " * 4


def test_what_is_left_of_the_opening_lines_is_said(tmp_path: Path) -> None:
    finding = only(findings(tmp_path, subject="Un sujet " + "bien long " * 8))
    assert finding.what == "the subject has 89 characters"
    assert "«Un sujet bien long bien long bien long bien long bien long…»" in finding.why
    finding = only(findings(tmp_path, preheader="mot " * 40))
    assert finding.what == "the preheader has 159 characters"
    assert finding.why.endswith("…»")


@pytest.mark.parametrize(("text", "left"), [("court", "court"), ("a b c d e f", "a b…")])
def test_a_line_is_cut_to_what_is_shown(text: str, left: str) -> None:
    assert cut(text, 5) == left


def test_a_colour_that_hardly_shows_is_found_in_the_template(tmp_path: Path) -> None:
    pale = '<p style="color:#bbbbbb;background:#ffffff">pâle</p>'
    finding = only(findings(tmp_path, mjml=MJML.replace("<h1>", f"{pale}<h1>")))
    assert finding.what == "«pâle» is #bbbbbb on #ffffff, 1.9:1"
    assert str(finding.where).endswith("issue.mjml")
    assert finding.quote == "#bbbbbb"


@pytest.mark.parametrize("words", ["ici", "Cliquez ici", "Lire la suite…", "here", "read more »"])
def test_a_link_whose_words_say_nothing_is_found(tmp_path: Path, words: str) -> None:
    html = f'<p>Pour tout savoir, <a href="https://a.example/x">{words}</a></p>'
    finding = only(findings(tmp_path, section(html, line=12)))
    assert finding.what == f"a link says only «{words}»"
    assert str(finding.where) == "issues/cafe-386/issue.md:12"


def test_words_that_name_what_is_behind_them_pass(tmp_path: Path) -> None:
    html = '<p><a href="https://a.example/x">Le bilan de la médiathèque, ici</a></p>'
    assert findings(tmp_path, section(html)) == []


def test_the_same_link_in_two_sections_is_found_at_the_second(tmp_path: Path) -> None:
    one = section('<p><a href="https://a.example/x">Le bilan</a></p>', "Un", line=3)
    two = section('<p><a href="https://a.example/x">Le même</a></p>', "Deux", line=9)
    finding = only(findings(tmp_path, one, two))
    assert finding.what == "the same link in 2 places: https://a.example/x"
    assert str(finding.where) == "issues/cafe-386/issue.md:9"
    assert "line 3" in finding.mend


def test_a_source_that_a_section_names_again_is_no_second_place(tmp_path: Path) -> None:
    link = '<a href="https://a.example/x">Le bilan</a>'
    assert findings(tmp_path, section(f"<p>{link}</p>", "Un", sources=link)) == []


@pytest.mark.parametrize(
    ("url", "names", "clean"),
    [
        ("https://a.example/?utm_source=x&b=1&UTM_medium=y", ["utm_source", "UTM_medium"], "?b=1"),
        ("https://a.example/?fbclid=1#part", ["fbclid"], "#part"),
        ("https://a.example/?mc_eid=9&mc_cid=8&p=%C3%A9", ["mc_eid", "mc_cid"], "?p=%C3%A9"),
        ("https://a.example/?gclid", ["gclid"], ""),
        ("https://a.example/?custom=1&outmost=2", [], "?custom=1&outmost=2"),
    ],
)
def test_tracking_by_others_is_named_and_the_clean_address_told(
    url: str, names: list[str], clean: str
) -> None:
    assert tracking_names(url) == names
    assert without(url, names) == f"https://a.example/{clean}"


def test_a_link_that_tracks_is_found_in_its_section(tmp_path: Path) -> None:
    html = '<p><a href="https://a.example/?fbclid=1">Le bilan</a></p>'
    finding = only(findings(tmp_path, section(html, line=8)))
    assert "carries fbclid" in finding.what
    assert finding.mend == "take it away: https://a.example/"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Le Café", "Merci de lire Le Cafe chaque semaine", ["Le Cafe"]),
        ("Le Café", "Merci de lire Le Caffé !", ["Le Caffé"]),
        ("Le Café", "Le café refroidit, la carafe aussi. Le Café, lui, paraît.", []),
        ("Le Café", "LE CAFÉ paraît ; Le\u00a0Café aussi", []),
        ("Le Café", "Le Cadre et Le Cahier", []),
        ("Le Café", "De Café en café", []),
        ("Parole d’expert", "Dans Parole d'expert cette semaine", []),
        ("Parole d’expert", "Dans Parole d’exprt cette semaine", ["Parole d’exprt"]),
        ("Maître Solène Kervadec", "Maître Solene Kervadek écrit", ["Maître Solene Kervadek"]),
        ("RnD", "Rnd et RND", []),
    ],
)
def test_a_standing_name_spelt_otherwise_is_found_and_ordinary_words_are_not(
    name: str, text: str, found: list[str]
) -> None:
    assert list(near_misses(name, text)) == found


def test_two_letters_that_changed_places_are_one_mistake() -> None:
    assert distance("cafe", "caef") == 1
    assert distance("café", "cafés") == 1
    assert distance("", "abc") == 3


def test_a_misspelt_list_is_found_in_its_section(tmp_path: Path) -> None:
    finding = only(findings(tmp_path, section("<p>Lisez Le Cafe</p>", line=5)))
    assert finding.what == "«Le Cafe» is nearly «Le Café»"
    assert str(finding.where) == "issues/cafe-386/issue.md:5"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<th>Ville</th>", "<td>Ville</td>", "1 table(s) without role"),
        ("<h1>", "<table><tr><td>x</td></tr></table><h1>", "1 table(s) without role"),
        ('<meta name="color-scheme" content="light dark">', "", "no color-scheme"),
        ('<a href="{{ list.privacy_url }}">', "<a>", "does not lead to the privacy notice"),
    ],
)
def test_what_screen_readers_and_mail_programs_need_is_asked_of_the_template(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in MJML
    found = findings(tmp_path, mjml=MJML.replace(old, new))
    assert found
    assert all(said in one.what for one in found)
    assert all(str(one.where).endswith("issue.mjml") for one in found)


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        ('<html lang="fr" dir="ltr"><div lang="fr" dir="ltr">', []),
        ('<html><div lang="fr" dir="ltr">', ["html element lang", "html element dir"]),
        ('<html lang="fr" dir="ltr"><div>', ["div lang", "div dir"]),
        ('<html lang="fr" dir="ltr"><div lang="fr">', ["div dir"]),
    ],
)
def test_a_mail_says_its_language_where_webmail_leaves_it(html: str, missing: list[str]) -> None:
    assert list(unsaid(parse_html(html))) == missing


def test_an_issue_that_is_only_a_picture_is_found(tmp_path: Path) -> None:
    picture = '<p><img src="image:a.png" alt="Le programme" width="9" height="9"></p>'
    finding = only(findings(tmp_path, section(picture, line=6)))
    assert finding.what == "1 picture(s) and 0 words"
    assert findings(tmp_path, section(f"{picture}<p>{LONG}</p>")) == []


def test_an_address_that_takes_no_answers_is_found(tmp_path: Path) -> None:
    deaf = Box("Le Café", "no-reply@cafe.example")
    finding = only(findings(tmp_path, frame=replace(FRAME, sender=deaf, reply_to=None)))
    assert "takes none" in finding.what
    assert findings(tmp_path, frame=replace(FRAME, sender=deaf)) == []


@pytest.mark.parametrize(
    ("width", "octets", "shown", "said"),
    [
        (4000, 900_000, "", ["a.png is 4000 pixels wide and shown at 540"]),
        (900, 90_000, ' width="240"', ["a.png is 900 pixels wide and shown at 240"]),
        (1200, 400_000, "", ["a.png has 400 kB"]),
        (1200, 90_000, "", []),
    ],
)
def test_a_picture_that_nobody_sees_all_of_is_found(
    width: int, octets: int, shown: str, said: list[str]
) -> None:
    written = edition(section(f'<p><img src="image:a.png" alt="x"{shown}></p>', line=4))
    image = Image(Path("a.png"), "a.png", width, width, "0" * 64, octets)
    found = list(picture_findings(issue(written, images={"a.png": image}), written))
    assert [one.what.removeprefix("the picture ") for one in found] == said
    assert all(str(one.where) == "issues/cafe-386/issue.md:4" for one in found)


def test_an_edition_at_a_glance_says_how_long_it_takes(tmp_path: Path) -> None:
    text = section("<p>" + "mot " * 690 + '<a href="https://a.example/">là-bas</a></p>')
    whole = issue(edition(text, subject="Un sujet de plus de trente-cinq caractères"))
    glance = glances(whole, draft_of(tmp_path, text))[0]
    assert (glance.minutes, glance.links, glance.words) == (3, 1, 691)
    assert len(glance.subject) <= 35
