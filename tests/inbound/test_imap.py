"""The same from an IMAP server, over a real socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inbound.conftest import Post, mail, with_inbound
from inbound.imap_server import PASSWORD, USER, ImapServer
from mailer.config import ConfigError
from mailer.inbound import InboundError
from smtp.certificates import Authority

Begin = Callable[..., ImapServer]


@pytest.fixture
def begin() -> Iterator[Begin]:
    servers: list[ImapServer] = []

    def start(**how: object) -> ImapServer:
        servers.append(ImapServer(**how))  # type: ignore[arg-type]
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def at(post: Post, server: ImapServer, folder: Path, **settings: str | int) -> Post:
    password = folder / "password"
    password.write_text(f"{PASSWORD}\n")
    workspace = with_inbound(
        folder / "imap",
        imap_host="127.0.0.1",
        imap_port=server.port,
        username=USER,
        password_file=str(password),
        **settings,
    )
    return replace(post, workspace=workspace)


def test_over_tls_a_reader_leaves(
    post: Post, begin: Begin, authority: Authority, tmp_path: Path
) -> None:
    server = begin(context=authority.server("127.0.0.1"))
    there = at(post, server, tmp_path, ca_file=str(authority.file))
    server.deliver(mail(post.address()))
    server.deliver(mail("somebody@cafe.example"))
    tally = there.read()
    assert (tally.left, tally.other) == (1, 1)
    assert post.gone() == [post.stage.readers[0]]
    [left] = server.folders["INBOX"].values()
    assert left.flags == {r"\Seen"}
    assert there.read().read == 0


def test_over_starttls_too(post: Post, begin: Begin, authority: Authority, tmp_path: Path) -> None:
    server = begin(context=authority.server("127.0.0.1"), starttls=True)
    there = at(post, server, tmp_path, ca_file=str(authority.file), imap_security="starttls")
    server.deliver(mail(post.address()))
    assert there.read().left == 1
    said = [command.split()[0] for command in server.commands]
    assert said.index("STARTTLS") < said.index("LOGIN")


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    post: Post, begin: Begin, authority: Authority, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    server = begin(context=authority.server("127.0.0.1"))
    there = at(post, server, tmp_path, ca_file=str(Authority(other).file))
    with pytest.raises(InboundError, match="certificate verify failed"):
        there.read()
    assert server.commands == []


@pytest.mark.parametrize(
    "capabilities", ["IMAP4rev1 MOVE UIDPLUS", "IMAP4rev1 UIDPLUS", "IMAP4rev1"]
)
@pytest.mark.parametrize("done", ["", "Done"])
def test_what_was_acted_on_is_taken_away(
    post: Post, begin: Begin, tmp_path: Path, capabilities: str, done: str
) -> None:
    server = begin(capabilities=capabilities)
    there = at(post, server, tmp_path, imap_security="none", done=done)
    server.deliver(mail(post.address()))
    assert there.read().left == 1
    assert server.folders["INBOX"] == {}
    assert len(server.folders["Done"]) == bool(done)


def test_a_wrong_password_is_told_and_not_shown(post: Post, begin: Begin, tmp_path: Path) -> None:
    server = begin()
    there = at(post, server, tmp_path, imap_security="none")
    (tmp_path / "password").write_text("wrong-one")
    with pytest.raises(InboundError, match="who are you") as told:
        there.read()
    assert "wrong-one" not in str(told.value)


@pytest.mark.parametrize("refuses", ["SELECT", "SEARCH", "FETCH", "MOVE"])
def test_a_refusal_is_told_and_the_mail_stays(
    post: Post, begin: Begin, tmp_path: Path, refuses: str
) -> None:
    server = begin(refuses=refuses)
    there = at(post, server, tmp_path, imap_security="none", done="Done")
    server.deliver(mail(post.address()))
    with pytest.raises(InboundError, match="not today"):
        there.read()
    assert len(server.folders["INBOX"]) == 1


def test_nobody_there_is_told(post: Post, begin: Begin, tmp_path: Path) -> None:
    server = begin()
    there = at(post, server, tmp_path, imap_security="none")
    server.close()
    with pytest.raises(InboundError, match="cannot be read"):
        there.read()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"maildir": "mail", "imap_host": "127.0.0.1"}, "exclude each other"),
        ({}, "address needs a maildir"),
        ({"imap_host": "imap.cafe.example", "imap_security": "none"}, "clear text"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        with_inbound(tmp_path / "workspace", **settings)
