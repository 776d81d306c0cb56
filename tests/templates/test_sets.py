"""The template sets that come with the mailer, each under every kind of section."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.browser import OpenPage
from fixtures.readable import assert_readable
from mailer.composing import Frame, FrozenMail, Mail, Reader, compile_issue, compile_notice
from mailer.content import Column, read_issue
from mailer.language import translator
from mailer.rendering import Templates

ROOT = Path(__file__).parents[2]
SETS = ROOT / "templates"
BASE = "http://127.0.0.1:8025"

FRAME = Frame(
    list_key="cafe",
    title="Le Café",
    sender=SimpleNamespace(name="Le Café", address="cafe@cafe.example"),
    list_id="cafe.cafe.example",
    postal_address="12 rue des Moulins, 69001 Lyon",
    contact="redaction@cafe.example",
    privacy_url="https://cafe.example/confidentialite",
    base_url=BASE,
    locale="fr",
    timezone="Europe/Paris",
    description="Le numérique, le temps d’un café.",
)
COLUMNS = {
    key: Column(
        key, "Parole d’expert", "Une avocate répond.", "Me Kervadec", "", "parole@a.example"
    )
    for key in ("parole", "compliance")
}
READER = Reader(
    name="Maïwenn Ó",
    first_name="Maïwenn",
    email="maiwenn@lecteurs.example",
    unsubscribe=f"{BASE}/u/token",
    preferences=f"{BASE}/p/token",
    view=f"{BASE}/v/cafe-1204",
    share=f"{BASE}/s/cafe-1204",
    subscribe=f"{BASE}/s/cafe-1204/subscribe",
)
MANAGE = (READER.unsubscribe, READER.preferences)


@pytest.fixture(scope="module", params=["cafe", "sober"])
def templates(request: pytest.FixtureRequest) -> Templates:
    return Templates(SETS / request.param, base=SETS / "shared")


@pytest.fixture(scope="module")
def every_kind(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> FrozenMail:
    folder = tmp_path_factory.mktemp("issues") / "cafe-1204"
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("every_kind.md"), folder / "issue.md")
    shutil.copy(ROOT / "issues" / "cafe-386" / "tasse.png", folder)
    return compile_issue(read_issue(folder, columns=COLUMNS), templates, FRAME).editions["fr"]


@pytest.fixture(scope="module")
def samples(templates: Templates) -> dict[str, FrozenMail]:
    """Every edition of every issue in the workspace."""
    return {
        f"{folder.name} {locale}": frozen
        for folder in sorted((ROOT / "issues").iterdir())
        if (folder / "issue.md").is_file()
        for locale, frozen in compile_issue(
            read_issue(folder, columns=COLUMNS), templates, FRAME
        ).editions.items()
    }


def test_a_full_size_issue_stays_far_below_where_gmail_cuts(samples: dict[str, FrozenMail]) -> None:
    """Gmail clips near 102 kB and hides the way out; style blocks end at 8,192 characters."""
    assert samples
    for name, frozen in samples.items():
        html = Mail(frozen).html(READER)
        assert len(html.encode()) < 90_000, name
        assert all(len(css) < 8192 for css in re.findall(r"<style[^>]*>(.*?)</style>", html, re.S))


def test_headings_begin_with_the_only_h1_and_skip_no_level(
    samples: dict[str, FrozenMail], every_kind: FrozenMail
) -> None:
    """WCAG 2.2, technique G141."""
    for name, frozen in {**samples, "every kind": every_kind}.items():
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", Mail(frozen).html(READER))]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(later <= level + 1 for level, later in itertools.pairwise(levels)), name


@pytest.mark.parametrize("part", ["html", "text"])
def test_every_mail_says_who_sends_it_why_and_how_to_leave(
    every_kind: FrozenMail, part: str
) -> None:
    """GDPR 13 and 14, ePrivacy 13(4)."""
    mail = getattr(Mail(every_kind), part)(READER)
    for said in (
        FRAME.title,
        FRAME.postal_address,
        FRAME.contact,
        FRAME.privacy_url,
        "parce que cette adresse est abonnée",
        READER.email,
        READER.view,
        READER.share,
        READER.subscribe,
        *MANAGE,
    ):
        assert said in mail


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_page_for_everybody_names_nobody_and_manages_nothing(
    every_kind: FrozenMail, part: str
) -> None:
    page = getattr(Mail(every_kind), part)(Reader())
    assert "servi à" not in page
    assert "Se désabonner" not in page
    assert "On vous a transféré" not in page
    assert 'href=""' not in page


@pytest.mark.parametrize("part", ["html", "text"])
def test_advertising_is_called_so_and_names_the_advertiser(
    every_kind: FrozenMail, part: str
) -> None:
    mail = getattr(Mail(every_kind), part)(READER).replace("&amp;", "&")
    label, advertiser = mail.index("Publicité"), mail.index("Les Objets Introuvables & Fils")
    assert label < advertiser < mail.index("Une réclame")


@pytest.mark.parametrize("part", ["html", "text"])
def test_the_button_for_a_forwarded_copy_stands_below_all_content(
    every_kind: FrozenMail, part: str
) -> None:
    mail = getattr(Mail(every_kind), part)(READER)
    assert mail.index("On vous a transféré") > mail.rindex("Un intertitre")


def test_a_test_copy_says_so_and_others_do_not(every_kind: FrozenMail) -> None:
    copy = Reader(first_name="Maïwenn", test=True)
    for part in ("html", "text"):
        filled = getattr(Mail(every_kind), part)
        assert "copie de test" in filled(copy)
        assert "copie de test" not in filled(READER)


def test_nothing_is_loaded_from_a_third_party(every_kind: FrozenMail) -> None:
    html = Mail(every_kind).html(READER)
    sources = re.findall(r'\ssrc="([^"]*)"', html)
    assert sources
    assert all(source.startswith(f"{BASE}/") for source in sources)
    assert not re.search(r"<link\b|@import|url\(", html)


def test_layout_tables_are_presentation_and_images_have_their_size(every_kind: FrozenMail) -> None:
    html = re.sub(r"<!--\[if.*?<!\[endif\]-->", "", Mail(every_kind).html(READER), flags=re.S)
    tables = re.findall(r"<table\b[^>]*>", html)
    assert sum('role="presentation"' not in table for table in tables) == 1  # the author's own
    for image in re.findall(r"<img\b[^>]*>", html):
        assert all(f" {name}=" in image for name in ("alt", "width", "height"))
        assert "max-width" in image


def test_the_text_part_keeps_to_72_columns(samples: dict[str, FrozenMail]) -> None:
    """A URL cannot be broken; everything else can."""
    for name, frozen in samples.items():
        for line in Mail(frozen).text(Reader()).splitlines():
            assert len(line) <= 72 or "http" in line or line.startswith("    "), (name, line)


def test_the_text_part_has_no_markup_and_no_holes_in_its_page(every_kind: FrozenMail) -> None:
    text = Mail(every_kind).text(READER)
    assert not re.search(r"</?[a-z]+[ >]|&[a-z]+;", text)
    assert "\n\n\n" not in text


def test_every_word_of_the_frame_is_said_in_french() -> None:
    words = {
        word
        for file in [*SETS.rglob("*.mjml"), *SETS.rglob("*.txt")]
        for word in re.findall(r'\b_\("([^"]+)"', file.read_text(encoding="utf-8"))
    }
    french = translator("fr")
    same_in_both = {"Sources"}
    assert len(words) > 10
    assert {word for word in words - same_in_both if french.gettext(word) == word} == set()


def notices(templates: Templates) -> Iterator[Mail]:
    for button in (SimpleNamespace(label="Confirmer", url=f"{BASE}/confirm/token"), None):
        context: dict[str, Any] = {
            "title": "Confirmez votre abonnement",
            "paragraphs": ["Un bouton suffit.", "Sinon, oubliez <ce> message."],
            "button": button,
            "reason": "Cette adresse a été saisie sur notre page." if button else "",
        }
        yield compile_notice(templates, "notice", context, FRAME, subject="Confirmez", locale="fr")


def test_a_notice_has_one_heading_and_the_plain_footer(templates: Templates) -> None:
    for mail in notices(templates):
        html, text = mail.html(Reader()), mail.text(Reader())
        assert re.findall(r"<h\d", html) == ["<h1"]
        assert "oubliez &lt;ce&gt; message" in html
        for said in (FRAME.title, FRAME.postal_address, FRAME.contact, FRAME.privacy_url):
            assert said in html
            assert said in text
        assert "Se désabonner" not in html


@pytest.mark.parametrize("width", [320, 700])
def test_every_kind_is_readable_on_a_phone_and_a_screen_by_day_and_night(
    every_kind: FrozenMail, templates: Templates, open_page: OpenPage, tmp_path: Path, width: int
) -> None:
    notice = next(iter(notices(templates)))
    for name, mail in {"issue": Mail(every_kind), "notice": notice}.items():
        page = open_page(width=width, height=640)
        file = tmp_path / f"{name}.html"
        file.write_text(_local(mail.html(READER)), encoding="utf-8")
        page.goto(file.as_uri())
        assert_readable(page, name)
        if name == "issue":
            sentence = page.evaluate(
                """() => {
                    const text = document.querySelector('.note p').firstChild, range = new Range();
                    range.setStart(text, 0);
                    range.setEnd(text, text.data.indexOf('.') + 1);
                    return range.getBoundingClientRect().bottom;
                }"""
            )
            assert sentence <= 640


def _local(html: str) -> str:
    """Pictures come from the reader pages, which do not run here."""
    picture = (ROOT / "issues" / "cafe-386" / "tasse.png").as_uri()
    return re.sub(rf'src="{re.escape(BASE)}/i/[^"]*"', f'src="{picture}"', html)
