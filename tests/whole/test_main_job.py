"""A publisher imports readers and sends an issue: who consented gets a copy, and it lives."""

from __future__ import annotations

import http.client
import re
from email.message import EmailMessage
from html import unescape
from urllib.parse import urlsplit

import rfc2047
from whole.conftest import Sent
from whole.workspace import ISSUE


def test_everybody_who_consented_gets_one_copy_and_nobody_else_does(sent: Sent) -> None:
    figures = sent.imported
    assert figures["read"] == figures["imported"] + figures["merged"] + figures["refused"]
    withdrawn = figures["imported_as"]["withdrawn"]
    assert (
        sent.report["audience"] == figures["imported"] - withdrawn - 1
    )  # one confirmed, then left
    assert sent.report["states"] == {"accepted": sent.report["audience"]}
    assert sent.report["left_out"] == {"unsubscribed": withdrawn}
    issues = [mail for mail in sent.sample.mails() if mail["List-Id"]]
    recipients = [mail["To"] for mail in issues]
    assert len(recipients) == len(set(recipients)) == sent.report["audience"]
    assert len({mail["Message-ID"] for mail in issues}) == sent.report["audience"]


def test_sent_again_nobody_gets_it_twice(sent: Sent) -> None:
    before = copies(sent)
    again = sent.sample.figures("send", "newest", "--list", "cafe")
    assert (again["sent_now"], again["added"]) == (0, 0)
    assert copies(sent) == before


def test_the_editors_are_told_what_became_of_it(sent: Sent) -> None:
    (report,) = [mail for mail in sent.sample.mails() if mail["To"] == "redaction@cafe.example"]
    assert report["Subject"] == "Le Café\u00a0: cafe-386 est parti"
    accepted = sent.report["states"]["accepted"]
    assert re.search(rf"accepté.* {accepted}\b", _body(report, "plain"))
    assert not _links(report)


def test_a_copy_reads_well_by_pythons_parser_and_by_an_independent_one(sent: Sent) -> None:
    mail, raw = _french_copy(sent)
    edition = ISSUE.editions["fr"]
    assert mail["Subject"] == edition.subject
    fields = dict(rfc2047.fields(raw))
    assert rfc2047.text_value(fields["Subject"]) == edition.subject
    for name in ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"):
        assert len(mail.get_all(name, [])) == 1, name
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"].endswith("<cafe.cafe.example>")
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    text = _body(mail, "plain")
    html = _body(mail, "html")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    for word in ("détartrer", "☕️", "Éditions du Comptoir"):
        assert word in text.replace("\n", " ")
        assert word in unescape(html)
    assert edition.title in unescape(html)


def test_a_reader_gets_the_language_they_chose(sent: Sent) -> None:
    subjects = {mail["Subject"] for mail in sent.sample.mails() if mail["List-Id"]}
    assert subjects == {edition.subject for edition in ISSUE.editions.values()}


def test_nothing_in_a_copy_is_loaded_from_a_foreign_host(sent: Sent) -> None:
    mail, _ = _french_copy(sent)
    html = _body(mail, "html")
    loaded = re.findall(r"""(?:src|background)\s*=\s*["']([^"']+)""", html)
    loaded += re.findall(r"""url\(\s*["']?([^"')]+)""", html)
    loaded += re.findall(r"""@import\s+["']?([^"';]+)""", html)
    loaded += re.findall(r"""<link[^>]+href=["']([^"']+)""", html)
    assert loaded, "the issue has a picture"
    assert all(url.startswith(sent.sample.base_url) for url in loaded)


def test_every_link_is_answered_and_asking_twice_changes_nothing(sent: Sent) -> None:
    mail, _ = _french_copy(sent)
    links = _links(mail)
    own = [link for link in links if link.startswith(sent.sample.base_url)]
    assert len([link for link in own if "/c/cafe-386/" in link]) >= 30
    assert all(len(link) <= 120 for link in own)
    before = sent.sample.consent_state()
    for method in ("GET", "HEAD", "GET", "HEAD"):
        for link in own:
            status, headers, body = _ask(method, link)
            where = urlsplit(link).path.split("/")[1]
            assert status == (302 if where == "c" else 200), (method, link, status)
            if where == "c":
                assert headers["location"].startswith("https://")
            elif method == "GET" and where != "i":
                assert EXPECTED[where] in body, (link, body[:300])
    assert sent.sample.consent_state() == before


# What a French reader finds behind each kind of link.
EXPECTED = {"u": "désabonner", "p": "référence", "v": "Alléger sans rien perdre", "s": "Alléger"}


def test_one_click_leaves_at_once_and_the_next_send_skips_that_reader(sent: Sent) -> None:
    mail, _ = _french_copy(sent)
    link = re.fullmatch(r"<(.+)>", str(mail["List-Unsubscribe"]).strip())
    assert link
    for _ in range(2):
        status, _, _ = _ask("POST", link[1], "List-Unsubscribe=One-Click")
        assert status == 200
    dry = sent.sample.run("send", "385", "--list", "cafe", "--dry-run", "--json")
    assert f'"readers": {sent.report["audience"] - 1}' in dry.stdout


def test_a_test_copy_is_marked_and_acts_on_nobody(sent: Sent) -> None:
    before = sent.sample.consent_state()
    done = sent.sample.run("send", "385", "--list", "cafe", "--test")
    assert done.returncode == 0, done.stderr
    copy = sent.sample.mails()[-1]
    assert copy["Subject"].startswith("[TEST]")
    assert copy["To"] == "redaction@cafe.example"
    for link in _links(copy):
        if "/u/" in link or "/p/" in link:
            assert _ask("GET", link)[0] == 200
            assert _ask("POST", link, "List-Unsubscribe=One-Click")[0] == 200
    people = [row for row in sent.sample.consent_state() if row[0] != "notices"]
    assert people == [row for row in before if row[0] != "notices"]


def copies(sent: Sent) -> int:
    """How many copies of issues the sandbox kept."""
    return sum(bool(mail["List-Id"]) for mail in sent.sample.mails())


def _french_copy(sent: Sent) -> tuple[EmailMessage, bytes]:
    subject = ISSUE.editions["fr"].subject
    mails = [mail for mail in sent.sample.mails() if mail["Subject"] == subject]
    raws = {
        rfc2047.text_value(dict(rfc2047.fields(raw))["Message-ID"]): raw
        for raw in sent.sample.raw_mails()
    }
    mail = next(mail for mail in mails if "ç" in str(mail["To"]) or "é" in str(mail["To"]))
    return mail, raws[mail["Message-ID"]]


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _links(mail: EmailMessage) -> list[str]:
    html = [unescape(link) for link in re.findall(r'(?:href|src)="([^"]+)"', _body(mail, "html"))]
    text = re.findall(r"https?://\S+", _body(mail, "plain"))
    header = re.findall(r"<([^>]+)>", str(mail["List-Unsubscribe"] or ""))
    return list(dict.fromkeys(link.partition("#")[0] for link in [*html, *text, *header] if link))


def _ask(method: str, link: str, body: str | None = None) -> tuple[int, dict[str, str], str]:
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, path, body, {**headers, "Accept-Language": "fr"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text
    finally:
        connection.close()
