"""Who writes to the address in List-Unsubscribe has left within the minute."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builders import KEYS, NOW
from inbound.conftest import LEAVE, Post, drop, mail
from mailer.campaigns import leaving_mailto, leaving_use
from mailer.config.inbound import LONGEST_LOCAL_PART
from mailer.inbound import InboundError, reading
from mailer.inbound.maildir import MaildirBox
from mailer.store.tables import ConsentRecord
from mailer.tokens import Signer
from web.stage import letter_path


def files(maildir: Path) -> list[str]:
    return sorted(str(file.relative_to(maildir)) for file in maildir.rglob("*") if file.is_file())


def test_a_mail_is_a_withdrawal_and_a_goodbye(post_on_both: Post, maildir: Path) -> None:
    """GDPR 7(3): as easy as giving, and told at once."""
    drop(maildir, "1.a", mail(post_on_both.address()))
    tally = post_on_both.read()
    assert (tally.left, tally.again, tally.other) == (1, 0, 0)
    assert post_on_both.gone() == [post_on_both.stage.readers[0]]
    assert post_on_both.stage.actions(post_on_both.stage.readers[0]) == ["confirmed", "withdrawn"]
    [goodbye] = post_on_both.stage.letters()
    assert goodbye["To"] == post_on_both.stage.readers[0]
    assert letter_path(goodbye, "undo").startswith("/undo/")
    assert files(maildir) == []


def test_the_ledger_says_it_came_by_mail(post: Post, maildir: Path) -> None:
    drop(maildir, "1.a", mail(post.address()))
    post.read()
    with post.store.read() as connection:
        newest = connection.execute(
            select(ConsentRecord.channel, ConsentRecord.place, ConsentRecord.recorded_at)
            .order_by(ConsentRecord.id.desc())
            .limit(1)
        ).one()
    assert tuple(newest) == ("mail", "mailto", NOW)


def test_written_twice_it_is_one_withdrawal(post_on_both: Post, maildir: Path) -> None:
    for name in ("1.a", "2.b"):
        drop(maildir, name, mail(post_on_both.address()))
    assert (post_on_both.read().left, len(post_on_both.stage.letters())) == (1, 1)
    drop(maildir, "3.c", mail(post_on_both.address()))
    assert (post_on_both.read().again, len(post_on_both.stage.letters())) == (1, 1)
    assert post_on_both.stage.actions(post_on_both.stage.readers[0]) == ["confirmed", "withdrawn"]


def wrapped(address: str) -> list[str]:
    local, _, domain = address.partition("@")
    return [
        address.upper(),
        f"{local.title()}@{domain}",
        f"SRS0=HHH=TT={domain}={local}@forward.example",
        f"SRS1=HHH=other.example==HHH=TT={domain}={local}@forward.example",
        f"prvs=1234567890={address}",
        f'"Le Café" <{address}>',
    ]


@pytest.mark.parametrize("form", range(6))
def test_whatever_case_or_wrapping_it_arrives_in(post: Post, maildir: Path, form: int) -> None:
    drop(maildir, "1.a", mail(wrapped(post.address(2))[form]))
    assert post.read().left == 1
    assert post.gone() == [post.stage.readers[1]]


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Cc"])
def test_wherever_the_header_names_it(post: Post, maildir: Path, name: str) -> None:
    drop(maildir, "1.a", mail("undisclosed-recipients:;", f"{name}: {post.address()}"))
    assert post.read().left == 1


def test_it_fits_a_local_part(post: Post) -> None:
    """RFC 5321 4.5.3.1.1, for campaigns and audiences beyond any publisher's."""
    longest = f"{'x' * LONGEST_LOCAL_PART}@cafe.example"
    uri = leaving_mailto(Signer(KEYS.links), longest, 2**21 - 1, 2**35 - 1)
    assert len(uri.removeprefix("mailto:").partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        'Auto-Submitted: auto-replied; owner-email="x@y.example"',
        "Return-Path: <>",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
    ],
)
def test_a_robots_reply_is_nobodys_wish(post: Post, maildir: Path, header: str) -> None:
    """RFC 3834 2."""
    drop(maildir, "1.a", mail(post.address(), header))
    assert (post.read().other, post.gone()) == (1, [])
    assert post.stage.letters() == []


def test_a_providers_button_may_call_its_mail_generated(post: Post, maildir: Path) -> None:
    drop(maildir, "1.a", mail(post.address(), "Auto-Submitted: auto-generated"))
    assert post.read().left == 1


def test_what_is_not_for_us_is_left_to_people(post: Post, maildir: Path) -> None:
    drop(maildir, "1.a", mail("leave@cafe.example"))
    drop(maildir, "2.b", b"\xff\0 no mail at all")
    drop(maildir, "3.c", b"")
    drop(maildir, ".hidden", b"not there yet")
    assert post.read().other == 3
    assert files(maildir) == ["cur/1.a:2,S", "cur/2.b:2,S", "cur/3.c:2,S", "new/.hidden"]
    assert post.read().read == 0


def test_a_test_copys_address_acts_on_nobody(post: Post, maildir: Path) -> None:
    drop(maildir, "1.a", mail(post.address(0)))
    assert (post.read().again, post.gone(), files(maildir)) == (1, [], [])


def test_a_mail_goes_only_after_the_commit(
    post: Post, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(*_: object) -> None:
        raise RuntimeError("power cut")

    drop(maildir, "1.a", mail(post.address()))
    with monkeypatch.context() as broken:
        broken.setattr(reading, "part", fall_over)
        with pytest.raises(RuntimeError):
            post.read()
    assert files(maildir) == ["new/1.a"]
    assert post.gone() == []
    assert post.read().left == 1


def test_a_kill_after_the_commit_changes_nothing_twice(
    post: Post, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(*_: object) -> None:
        raise RuntimeError("power cut")

    drop(maildir, "1.a", mail(post.address()))
    with monkeypatch.context() as broken:
        broken.setattr(MaildirBox, "finish", fall_over)
        with pytest.raises(RuntimeError):
            post.read()
    assert post.gone() == [post.stage.readers[0]]
    assert post.read().again == 1
    assert (len(post.stage.letters()), files(maildir)) == (1, [])


def test_a_folder_that_is_no_maildir_is_told(post: Post, maildir: Path) -> None:
    (maildir / "new").rmdir()
    with pytest.raises(InboundError, match="no maildir"):
        post.read()


@settings(max_examples=60)
@given(data=st.data())
def test_no_forged_token_is_anybodys(data: st.DataObject) -> None:
    signer = Signer(KEYS.links)

    address = leaving_mailto(signer, LEAVE, 3, 70_000).removeprefix("mailto:").partition("?")[0]
    start = len("leave+")
    place = data.draw(st.integers(min_value=start, max_value=address.index("@") - 1))
    other = data.draw(
        st.sampled_from("abcdefghijklmnopqrstuvwxyz234567+-.").filter(
            lambda letter: letter != address[place]
        )
    )
    forged = address[:place] + other + address[place + 1 :]
    assert leaving_use(signer, LEAVE, forged) is None


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_any_recipient_is_read_without_a_fall(recipient: str) -> None:
    assert leaving_use(Signer(KEYS.links), LEAVE, recipient) is None
