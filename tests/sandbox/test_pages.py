"""The inbox page shows what is there, and lets nothing of it out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.sandbox import Maildir
from mailer.sandbox.pages import PER_PAGE, inbox
from tests.sandbox.letters import NEWSLETTER


class Client:
    """Asks the pages without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://inbox") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(asked())


@pytest.fixture
def maildir(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "mail")


@pytest.fixture
def client(maildir: Maildir) -> Client:
    return Client(inbox(maildir, "127.0.0.1:2525"))


def keep(maildir: Maildir, content: bytes = NEWSLETTER) -> str:
    return maildir.keep("news@press.example", ["ann@reader.example"], content)


def test_an_empty_inbox_says_where_to_send(client: Client) -> None:
    assert "127.0.0.1:2525" in client.get("/").text


def test_the_newest_message_stands_first(client: Client, maildir: Maildir) -> None:
    for number in range(3):
        keep(maildir, f"Subject: number {number}\r\n\r\n".encode())
    page = client.get("/").text
    places = [page.index(f"number {number}") for number in (2, 1, 0)]
    assert places == sorted(places)


def test_many_messages_make_several_pages(client: Client, maildir: Maildir) -> None:
    for number in range(PER_PAGE + 1):
        keep(maildir, f"Subject: no. {number};\r\n\r\n".encode())
    first, second = client.get("/").text, client.get("/?page=2").text
    assert "no. 0;" not in first
    assert "no. 0;" in second
    assert "no. 1;" not in second
    assert client.get("/?page=999").text == second
    assert client.get("/?page=0").status_code == 422


def test_a_message_shows_all_its_sides(client: Client, maildir: Maildir) -> None:
    page = client.get(f"/messages/{keep(maildir)}").text
    for shown in (
        "☕️ Le numéro 387",
        "Le Café &lt;cafe@press.example&gt;",
        "&lt;news@press.example&gt; → ann@reader.example",
        "Voilà le texte.",
        "Message-ID",
        "Voil=C3=A0",
        'sandbox="allow-popups allow-popups-to-escape-sandbox"',
    ):
        assert shown in page


def test_the_html_is_the_mails_own_with_links_that_open_beside_it(
    client: Client, maildir: Maildir
) -> None:
    html = client.get(f"/messages/{keep(maildir)}/html").text
    assert '<head><base target="_blank">' in html
    assert "<h1>Voilà</h1>" in html


def test_a_download_is_what_was_sent(client: Client, maildir: Maildir) -> None:
    answer = client.get(f"/messages/{keep(maildir)}/raw")
    assert answer.content == NEWSLETTER
    assert answer.headers["content-type"] == "message/rfc822"
    assert "attachment" in answer.headers["content-disposition"]


def test_no_page_lets_anything_foreign_in(client: Client, maildir: Maildir) -> None:
    name = keep(maildir)
    for path in ("/", f"/messages/{name}", f"/messages/{name}/html", "/messages/none"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "https:" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "<script" not in answer.text
    mail = client.get(f"/messages/{name}/html").headers["content-security-policy"]
    assert "sandbox allow-popups" in mail
    assert "allow-scripts" not in mail
    assert "allow-same-origin" not in mail


def test_what_a_mail_says_is_text_on_our_page(client: Client, maildir: Maildir) -> None:
    name = keep(
        maildir, b"Subject: <script>alert(1)</script>\r\nX-\x22><b>: y\r\n\r\n<img src=x>\r\n"
    )
    for path in ("/", f"/messages/{name}"):
        page = client.get(path).text
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "name", ["none", "%2e%2e%2fsecret", "..%2fsecret", ".hidden", "a%00b", "tmp", "%2fetc%2fpasswd"]
)
def test_a_name_that_is_none_is_not_found(client: Client, maildir: Maildir, name: str) -> None:
    (maildir.root / "secret").write_text("secret")
    for path in ("", "/html", "/raw", "/pictures/x"):
        answer = client.get(f"/messages/{name}{path}")
        assert answer.status_code == 404
        assert "secret" not in answer.text.replace(name, "")


def test_pictures_inside_a_mail_are_shown(client: Client, maildir: Maildir) -> None:
    mail = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
        b'--b\r\nContent-Type: text/html\r\n\r\n<img src="cid:logo@press.example" alt="">\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <logo@press.example>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--b--\r\n"
    )
    name = keep(maildir, mail)
    source = f"/messages/{name}/pictures/logo@press.example"
    assert source in client.get(f"/messages/{name}/html").text
    picture = client.get(source)
    assert (picture.content, picture.headers["content-type"]) == (b"\x89PNG\r\n", "image/png")
    assert client.get(f"/messages/{name}/pictures/other").status_code == 404


MIME = st.lists(
    st.sampled_from(
        [
            b"Content-Type: text/html; charset=nonsense\r\n",
            b"Content-Type: multipart/alternative; boundary=b\r\n",
            b"Content-Type: multipart/related\r\n",
            b"Content-Type: ;;;=\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n",
            b"Subject: =?utf-8?q?=FF=?=\r\n",
            b"Subject: =?x?y?z?=\r\n",
            b"From: <<@>>,;:\r\n",
            b"Date: yesterday\r\n",
            b"To: \xff\xfe\r\n",
            b"Content-ID: <\r\n",
            b"\r\n",
            b"--b\r\n",
            b"--b--\r\n",
            b"=E9=\r\n",
            b"!!!!\r\n",
        ]
    ),
    max_size=12,
)


@given(content=MIME.map(b"".join) | st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mail_is_too_broken_to_be_shown(
    client: Client, maildir: Maildir, content: bytes
) -> None:
    name = keep(maildir, content)
    for path in ("/", f"/messages/{name}", f"/messages/{name}/html", f"/messages/{name}/raw"):
        assert client.get(path).status_code == 200
    maildir.clear()
    assert maildir.names() == []


def test_a_message_is_found_by_words_of_its_text_headers_and_envelope(
    client: Client, maildir: Maildir
) -> None:
    keep(maildir)
    keep(maildir, b"Subject: something else\r\n\r\nnothing here\r\n")
    for words in ("387", "VOILÀ texte", "ann@reader.example café"):
        page = client.get(f"/?q={words}").text
        assert "Le numéro 387" in page
        assert "something else" not in page
    assert "No message has all of these words" in client.get("/?q=387 nothing").text


def test_a_search_is_shown_and_never_run(client: Client, maildir: Maildir) -> None:
    keep(maildir)
    page = client.get("/?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_links_are_listed_and_only_such_as_a_page_may_lead_to_can_be_followed(
    client: Client, maildir: Maildir
) -> None:
    name = keep(maildir, NEWSLETTER.replace(b"</p>", b"<a href=3D'javascript:x()'>bad</a></p>"))
    page = client.get(f"/messages/{name}").text
    assert '<a href="http://127.0.0.1:8025/c/1"' in page
    assert "<code>javascript:x()</code>" in page
    assert 'href="javascript' not in page


def test_clearing_is_a_button_of_this_page_alone(client: Client, maildir: Maildir) -> None:
    keep(maildir)
    assert client.get("/clear").status_code == 405
    assert client.ask("POST", "/clear", **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert len(maildir.names()) == 1
    answer = client.ask("POST", "/clear", **{"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    assert maildir.names() == []
