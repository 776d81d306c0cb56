"""From the first byte to the first MAIL: refused, silent, secure, forged, logged in."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from lying_server import CLOSE, HANG, Answer, LyingServer, Question, Talk
from mailer.smtp import (
    AuthError,
    ClosingError,
    GreetingError,
    Kind,
    LostError,
    RelayAddress,
    RelayError,
    RemoteError,
    Security,
    TimedOutError,
    TlsError,
    UnreachableError,
    open_session,
)
from mailer.smtp import handshake as handshake_module
from tests.smtp.acting import Letters
from tests.smtp.certificates import Authority
from tests.smtp.running import brief, kinds, letter, letters, run

pytestmark = pytest.mark.usefixtures("every_loop")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def address(server: LyingServer, **facts: Any) -> RelayAddress:
    return RelayAddress(**{"host": "localhost", "port": server.port} | facts)


def says(verb: str, answer: Answer) -> Callable[[Question], Answer]:
    return lambda question: answer if question.verb == verb else None


async def deliver(relay: RelayAddress, feed: Letters) -> None:
    session = await open_session(relay, feed, messages=len(feed.waiting))
    await session.done()


async def refused(
    relay: RelayAddress, error: type[RelayError], match: str | None = None
) -> RelayError:
    """Opening must fail like this, and nothing be taken from the feed."""
    feed = letters(1)
    with pytest.raises(error, match=match) as caught:
        await open_session(relay, feed)
    assert feed.taken == []
    return caught.value


# Reaching and greeting --------------------------------------------------------------------------


def test_a_port_where_nobody_listens_is_one_clear_line() -> None:
    async def story() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            relay = RelayAddress(host="127.0.0.1", port=taken.getsockname()[1])
            error = await refused(relay, UnreachableError, "nobody answers at 127.0.0.1")
        assert "\n" not in str(error)

    run(story())


def test_a_name_that_nobody_knows_is_one_clear_line() -> None:
    async def nobody(*facts: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def story() -> None:
        asyncio.get_running_loop().getaddrinfo = nobody  # type: ignore[method-assign,assign]
        relay = RelayAddress(host="mail.nowhere.example", port=25)
        await refused(relay, UnreachableError, "mail.nowhere.example is not found")

    run(story())


@pytest.mark.parametrize(
    ("verb", "answer", "error"),
    [
        ("GREETING", "554 5.3.2 No service", GreetingError),
        ("GREETING", "421 Too busy", GreetingError),
        ("GREETING", HANG, TimedOutError),
        ("GREETING", CLOSE, LostError),
        ("GREETING", "HTTP/1.1 400 Bad Request", RemoteError),
        ("EHLO", "421 4.3.2 Shutting down", GreetingError),
        ("EHLO", "450 Not now", GreetingError),
        ("EHLO", HANG, TimedOutError),
        ("EHLO", CLOSE, LostError),
        ("EHLO", "nonsense", RemoteError),
    ],
)
def test_a_relay_that_does_not_serve_us_is_named(
    verb: str, answer: Answer, error: type[RelayError]
) -> None:
    async def story() -> None:
        async with LyingServer(says(verb, answer)) as server:
            await refused(address(server, timeouts=brief(verb)), error)

    run(story())


def test_a_server_that_knows_helo_only_gets_one_command_after_another() -> None:
    async def story() -> None:
        feed = letters(2)
        async with LyingServer(says("EHLO", "502 5.5.1 What?")) as server:
            await deliver(address(server), feed)
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 2
        assert server.heard[:3] == [
            "EHLO [127.0.0.1]",
            "HELO [127.0.0.1]",
            "MAIL FROM:<news@press.example>",
        ]

    run(story())


def test_we_say_the_name_we_are_given() -> None:
    async def story() -> None:
        async with LyingServer() as server:
            await deliver(address(server, hello="mail.press.example"), letters(1))
        assert server.heard[0] == "EHLO mail.press.example"

    run(story())


# Taking over ------------------------------------------------------------------------------------


def test_a_421_glued_to_the_last_answer_is_not_lost() -> None:
    hello = b"250-hello\r\n250 PIPELINING\r\n421 4.3.2 Just now\r\n"

    async def story() -> None:
        async with LyingServer(says("EHLO", hello)) as server:
            with pytest.raises(ClosingError, match="Just now"):
                await deliver(address(server), letters(1))

    run(story())


def test_an_answer_that_nobody_asked_for_is_never_the_next_commands() -> None:
    """A forged answer behind EHLO's must not stand for MAIL's."""
    hello = b"250-hello\r\n250 PIPELINING\r\n250 Ok\r\n250 Ok\r\n354 Go on\r\n"

    async def story() -> None:
        feed = letters(1)
        async with LyingServer(says("EHLO", hello)) as server:
            with pytest.raises(RemoteError, match="nobody asked"):
                await deliver(address(server), feed)
        assert server.kept == []

    run(story())


def test_a_second_answer_before_auth_ends_the_handshake() -> None:
    hello = b"250-hello\r\n250 AUTH PLAIN\r\n235 2.7.0 Welcome\r\n"

    async def story() -> None:
        async with LyingServer(says("EHLO", hello)) as server:
            await refused(address(server, username="u", password="p"), RemoteError)
        assert not any(line.startswith("AUTH") for line in server.heard)

    run(story())


def test_an_answer_glued_to_the_greeting_does_not_pass_for_ehlos() -> None:
    greeting = b"220 hello\r\n250-hello\r\n250 XFORGED\r\n"

    async def story() -> None:
        async with LyingServer(says("GREETING", greeting)) as server:
            await refused(address(server), RemoteError, "out of step")

    run(story())


# TLS --------------------------------------------------------------------------------------------


def test_mail_goes_through_starttls_and_ehlo_is_said_anew(authority: Authority) -> None:
    async def story() -> None:
        feed = Letters(letter("ann", b"0123456789\r\n" * 50_000), letter("bob"))
        async with LyingServer(starttls=authority.server()) as server:
            relay = address(server, security=Security.STARTTLS, ca_file=authority.file)
            await deliver(relay, feed)
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 2
        assert [line.split()[0] for line in server.heard[:4]] == [
            "EHLO",
            "STARTTLS",
            "EHLO",
            "MAIL",
        ]

    run(story())


def test_mail_goes_through_implicit_tls(authority: Authority) -> None:
    async def story() -> None:
        feed = letters(20)
        async with LyingServer(tls=authority.server("127.0.0.1")) as server:
            relay = address(server, host="127.0.0.1", security=Security.TLS, ca_file=authority.file)
            await deliver(relay, feed)
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 20

    run(story())


def test_required_starttls_never_falls_back_to_clear_text(authority: Authority) -> None:
    async def story() -> None:
        for answer in (None, "454 4.7.0 Not now"):
            context = authority.server() if answer else None
            async with LyingServer(says("STARTTLS", answer), starttls=context) as server:
                relay = address(server, security=Security.STARTTLS, ca_file=authority.file)
                await refused(relay, TlsError)
            assert not any(line.startswith(("MAIL", "AUTH")) for line in server.heard)

    run(story())


@pytest.mark.parametrize("behind", [b"250 Ok\r\n", b"2", b"250-forged\r\n250 AUTH PLAIN\r\n"])
def test_clear_text_behind_starttls_ends_the_connection(
    authority: Authority, behind: bytes
) -> None:
    """CVE-2021-22947: what stands behind the 220 in clear is not taken for a secured answer."""

    async def story() -> None:
        answer = b"220 2.0.0 Ready\r\n" + behind
        server = LyingServer(says("STARTTLS", answer), starttls=authority.server())
        async with server:
            relay = address(server, security=Security.STARTTLS, ca_file=authority.file)
            await refused(relay, TlsError, "clear text")

    run(story())


def test_clear_text_in_a_packet_of_its_own_behind_starttls_is_no_better() -> None:
    async def forging(talk: Talk) -> None:
        await talk.say("220 hello")
        await talk.line()
        await talk.say("250-hello\r\n250 STARTTLS")
        await talk.line()
        await talk.say("220 Ready")
        await talk.reader.readexactly(1)  # the client's side of TLS has begun
        await talk.say("250 forged")
        await talk.reader.read()

    async def story() -> None:
        async with LyingServer(script=forging) as server:
            await refused(address(server, security=Security.STARTTLS), TlsError)

    run(story())


def test_a_certificate_from_nobody_we_know_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "A stranger")

    async def story() -> None:
        for facts in ({"starttls": stranger.server()}, {"tls": stranger.server()}):
            async with LyingServer(**facts) as server:
                security = Security.TLS if "tls" in facts else Security.STARTTLS
                relay = address(server, security=security, ca_file=authority.file)
                await refused(relay, TlsError, "CERTIFICATE_VERIFY_FAILED")

    run(story())


def test_a_certificate_for_another_name_is_refused(authority: Authority) -> None:
    async def story() -> None:
        async with LyingServer(starttls=authority.server("mail.other.example")) as server:
            relay = address(server, security=Security.STARTTLS, ca_file=authority.file)
            await refused(relay, TlsError)

    run(story())


def test_tls_below_1_2_is_refused(authority: Authority) -> None:
    assert handshake_module.tls_context(None).minimum_version is ssl.TLSVersion.TLSv1_2
    assert handshake_module.tls_context(None).check_hostname
    assert handshake_module.tls_context(None).verify_mode is ssl.CERT_REQUIRED


# AUTH, against somebody else's server -----------------------------------------------------------


def check(server: object, session: object, envelope: object, how: str, data: Any) -> AuthResult:
    known = (data.login, data.password) == (b"press", "s€cret".encode())
    return AuthResult(success=known, handled=False)


class Postbox:
    """Keeps what aiosmtpd took."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.contents.append(envelope.content)
        return "250 2.0.0 Ok"


@asynccontextmanager
async def aiosmtpd(postbox: Postbox, **facts: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def factory() -> SMTP:
        return SMTP(postbox, loop=loop, hostname="localhost", authenticator=check, **facts)

    server = await loop.create_server(factory, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def login(port: int, authority: Authority | None, **facts: Any) -> RelayAddress:
    known: dict[str, Any] = {"host": "localhost", "port": port, "username": "press"}
    if authority is not None:
        known |= {"security": Security.STARTTLS, "ca_file": authority.file}
    return RelayAddress(**known | {"password": "s€cret"} | facts)


def test_we_log_in_under_tls_and_send(authority: Authority) -> None:
    async def story() -> None:
        postbox, feed = Postbox(), letters(3)
        facts = {"tls_context": authority.server(), "require_starttls": True, "auth_required": True}
        async with aiosmtpd(postbox, **facts) as port:
            await deliver(login(port, authority), feed)
        assert postbox.contents == [b"To reader0\r\n", b"To reader1\r\n", b"To reader2\r\n"]
        assert kinds(feed.outcomes) == [Kind.ACCEPTED] * 3

    run(story())


def test_a_wrong_password_is_named_and_never_printed(authority: Authority) -> None:
    async def story() -> None:
        async with aiosmtpd(Postbox(), tls_context=authority.server()) as port:
            relay = login(port, authority, password="hunter2")
            error = await refused(relay, AuthError, "535 5.7.8")
        assert "hunter2" not in f"{error}{relay!r}"
        assert error.reply is not None
        assert error.reply.code == 535

    run(story())


def test_a_relay_without_auth_is_named() -> None:
    async def story() -> None:
        async with LyingServer() as server:
            await refused(address(server, username="press"), AuthError)

    run(story())


def test_a_password_in_clear_goes_to_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def welcome(question: Question) -> Answer:
        return "235 2.7.0 Welcome" if question.verb == "AUTH" else None

    async def story() -> None:
        async with LyingServer(welcome, offers=("PIPELINING", "AUTH PLAIN")) as server:
            await deliver(address(server, username="press", password="p"), letters(1))
            assert server.kept
            monkeypatch.setattr(
                "aiosmtplib.SMTP.get_transport_info",
                lambda self, key: ("192.0.2.25", 25) if key == "peername" else None,
            )
            relay = address(server, username="press", password="p")
            await refused(relay, AuthError, "clear text")
        assert sum(line.startswith("AUTH") for line in server.heard) == 1

    run(story())
