"""Messages as the tests send them, and the way they go: our own client."""

from __future__ import annotations

from mailer.sandbox import Sandbox
from mailer.smtp import Envelope, Outcome, RelayAddress, open_session

NEWSLETTER = (
    b"From: =?utf-8?q?Le_Caf=C3=A9?= <cafe@press.example>\r\n"
    b"To: Ann <ann@reader.example>\r\n"
    b"Subject: =?utf-8?q?=E2=98=95=EF=B8=8F_Le_num=C3=A9ro_387?=\r\n"
    b"Message-ID: <1@press.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n'
    b"\r\n"
    b"--b\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n"
    b"Voil=C3=A0 le texte.\r\n"
    b"--b\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n"
    b"<!doctype html><html lang=3D'fr'><head><title>x</title></head><body><h1>Voil=C3=A0</h1>\r\n"
    b"<p><a href=3D'http://127.0.0.1:8025/c/1'>Lire</a>\r\n"
    b"<img src=3D'https://tracker.example/p.gif' alt=3D''></p></body></html>\r\n"
    b"--b--\r\n"
)


class Post:
    """A feed of these contents, to reader0, reader1, …"""

    def __init__(self, *contents: bytes, sender: str = "news@press.example") -> None:
        self.envelopes = [
            Envelope(number, sender, f"reader{number}@reader.example", content)
            for number, content in enumerate(contents)
        ]
        self.count = len(contents)
        self.outcomes: list[Outcome] = []

    def take(self) -> Envelope | None:
        return self.envelopes.pop(0) if self.envelopes else None

    def commit(self, done: Outcome | None, intent: Envelope) -> None:
        if done is not None:
            self.outcomes.append(done)

    def settle(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


async def send(sandbox: Sandbox, post: Post) -> list[Outcome]:
    """Over one connection, pipelined; what became of each."""
    relay = RelayAddress(host="127.0.0.1", port=sandbox.smtp_port)
    session = await open_session(relay, post, messages=post.count)
    await session.done()
    return post.outcomes
