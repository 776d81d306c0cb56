"""A domain that config.toml gives a key has its mail signed; a key that cannot sign says why."""

from __future__ import annotations

import secrets
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select

from builders import KEYS, NOW, make_workspace
from mailer.address import Address
from mailer.audience import ensure_list
from mailer.config import ConfigError, Workspace
from mailer.errors import MailerError
from mailer.message import KeyType, new_signing_key
from mailer.notices import frame_of, goodbye, post, signers_of, templates_of
from mailer.store import Store
from mailer.store.tables import Notice
from signatures import records_of, verdicts

RSA = '[dkim."cafe.example"]\nselector = "m202611"\n'
BOTH = RSA + 'ed25519_selector = "m202611e"\n'


def configured(folder: Path, lines: str) -> Workspace:
    workspace = make_workspace(folder)
    file = workspace.file
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{lines}", encoding="utf-8")
    return Workspace.open(file)


def put_key(workspace: Workspace, selector: str, kind: KeyType) -> Path:
    file = workspace.dkim_key("cafe.example", selector)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(new_signing_key(kind))
    return file


def test_a_domain_without_a_table_is_not_signed_for(tmp_path: Path) -> None:
    assert signers_of(make_workspace(tmp_path), "cafe.example") == ()
    workspace = configured(tmp_path, RSA)
    put_key(workspace, "m202611", "rsa")
    assert signers_of(workspace, "news.cafe.example") == ()


def test_keys_are_found_by_their_selectors_rsa_first(tmp_path: Path) -> None:
    workspace = configured(tmp_path, BOTH)
    put_key(workspace, "m202611", "rsa")
    put_key(workspace, "m202611e", "ed25519")
    found = signers_of(workspace, "cafe.example")
    assert [(each.domain, each.selector, each.key.type) for each in found] == [
        ("cafe.example", "m202611", "rsa"),
        ("cafe.example", "m202611e", "ed25519"),
    ]


def test_a_key_may_lie_elsewhere(tmp_path: Path) -> None:
    workspace = configured(tmp_path, RSA + 'key_file = "secret/mail.pem"\n')
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/mail.pem").write_bytes(new_signing_key("rsa"))
    assert len(signers_of(workspace, "cafe.example")) == 1


def test_a_domain_is_found_however_config_writes_it(tmp_path: Path) -> None:
    """RFC 5890: DNS knows it by its A-labels."""
    workspace = configured(tmp_path, '[dkim."Café.Example"]\nselector = "S1"\n')
    assert workspace.dkim_keys("xn--caf-dma.example") == (
        ("s1", tmp_path / "var/keys/dkim/xn--caf-dma.example.s1.pem"),
    )


def test_a_missing_key_names_its_file_and_the_command_that_makes_one(tmp_path: Path) -> None:
    workspace = configured(tmp_path, RSA)
    with pytest.raises(ConfigError) as caught:
        signers_of(workspace, "cafe.example")
    words = str(caught.value)
    assert "cafe.example.m202611.pem: the DKIM key of cafe.example cannot be read" in words
    assert "mailer dkim new" in words
    assert "\n" not in words


def test_a_key_that_is_none_is_refused_and_not_shown(tmp_path: Path) -> None:
    workspace = configured(tmp_path, RSA)
    put_key(workspace, "m202611", "rsa").write_text("my secret words")
    with pytest.raises(ConfigError, match="not a private key") as caught:
        signers_of(workspace, "cafe.example")
    assert "secret words" not in str(caught.value)


def test_ed25519_never_signs_alone(tmp_path: Path) -> None:
    """RFC 8463 6: not everybody can verify it yet."""
    workspace = configured(tmp_path, RSA)
    put_key(workspace, "m202611", "ed25519")
    with pytest.raises(ConfigError, match="should be of type rsa"):
        signers_of(workspace, "cafe.example")


@pytest.mark.parametrize(
    ("lines", "words", "line_from_end"),
    [
        ('[dkim."cafe.example"]\nselektor = "a"\n', "did you mean selector?", 1),
        ('[dkim."cafe.example"]\nselector = "a b"\n', "a selector is made of", 1),
        ('[dkim."cafe example"]\nselector = "a"\n', "not a domain", 2),
        (BOTH.replace("m202611e", "m202611"), "a selector of its own", 3),
        (RSA + 'ed25519_key_file = "x.pem"\n', "no ed25519_selector", 3),
        ('[dkim."cafe.example"]\n', "selector is missing", 1),
    ],
)
def test_a_wrong_table_is_an_error_with_its_line(
    tmp_path: Path, lines: str, words: str, line_from_end: int
) -> None:
    with pytest.raises(MailerError) as caught:
        configured(tmp_path, lines)
    said = str(caught.value)
    assert words in said
    count = len((tmp_path / "config.toml").read_text(encoding="utf-8").splitlines())
    assert f"config.toml:{count + 1 - line_from_end}:" in said


def test_a_letter_in_the_outbox_is_signed(tmp_path: Path, sqlite_url: str) -> None:
    workspace = configured(tmp_path, BOTH)
    put_key(workspace, "m202611", "rsa")
    put_key(workspace, "m202611e", "ed25519")
    frame = frame_of(workspace, "cafe")
    signers = signers_of(workspace, workspace.list("cafe").sender.domain)
    store = Store(sqlite_url)
    with store.write() as connection:
        post(
            connection,
            goodbye(frame, "fr", "https://cafe.example/undo/x"),
            to=Address.parse("marie@lecteurs.example"),
            cause=f"goodbye:{secrets.token_hex(4)}",
            frame=frame,
            templates=templates_of(workspace, "cafe"),
            locale="fr",
            list_id=ensure_list(connection, "cafe"),
            keys=KEYS,
            now=NOW,
            signers=signers,
        )
        content = connection.scalars(select(Notice.content)).one()
    store.close()
    assert content
    assert verdicts(content, records_of(signers)) == [True, True]
    assert message_from_bytes(content)["Auto-Submitted"] == "auto-generated"
