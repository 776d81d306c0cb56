"""A signed copy: the same mail behind a signature that holds, whoever it is for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrivals import listening
from composing.issues import FRAME, MARIE, draft, edition, hole, issue, section, templates
from mailer.address import Address
from mailer.composing import FrozenMail, Mail, Reader, compile_issue, compile_notice, with_known
from mailer.message import DkimSigner
from mailer.smtp import Envelope, Kind, Outcome, RelayAddress, open_session
from message.texts import values
from signatures import both, fields, signer, tags, verdicts

readers = st.builds(
    lambda name, first, city, local, test: replace(
        MARIE,
        address=Address(local, "lecteurs.example"),
        name=name,
        first_name=first,
        attributes={"city": city},
        test=test,
    ),
    values,
    values,
    st.one_of(values, st.just("Lyon"), st.just("")),
    st.sampled_from(["marie", "zoé", "o'neil", "a.b+c", "x" * 64]),
    st.booleans(),
)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> FrozenMail:
    written = issue(
        edition(
            section(f"<p>Bonjour {hole('first_name')} !</p><p>.Début\nFrom ici</p>"),
            section("<p>Texte  avec  blancs, 👩🏽\u200d💻.</p>" * 30, "Titre"),
            subject=f"{hole('first_name')}, votre numéro",
        )
    )
    folder = tmp_path_factory.mktemp("templates")
    return compile_issue(written, templates(folder), FRAME).editions["fr"]


@pytest.fixture(scope="module")
def mail(frozen: FrozenMail) -> Mail:
    return Mail(frozen, both())


@given(readers)
def test_both_signatures_hold_for_any_reader(mail: Mail, reader: Reader) -> None:
    assert verdicts(mail.wire(reader)) == [True, True]


@given(readers)
def test_what_is_signed_is_the_unsigned_copy(
    frozen: FrozenMail, mail: Mail, reader: Reader
) -> None:
    wire = mail.wire(reader)
    assert wire.endswith(b"\r\n" + Mail(frozen).wire(reader))
    assert [name for name, _ in fields(wire)[:3]] == [b"DKIM-Signature", b"DKIM-Signature", b"Date"]
    head = wire[: wire.index(b"\r\nDate:")]
    assert max(map(len, head.split(b"\r\n"))) <= 78


class Feed:
    """These messages, one after another."""

    def __init__(self, wires: Sequence[bytes], recipients: Sequence[str]) -> None:
        self._waiting = [
            Envelope(n, "cafe@cafe.example", to, wire, smtputf8=not to.isascii())
            for n, (wire, to) in enumerate(zip(wires, recipients, strict=True))
        ]
        self.kinds: list[Kind] = []

    def take(self) -> Envelope | None:
        return self._waiting.pop(0) if self._waiting else None

    def commit(self, done: Outcome | None, intent: Envelope) -> None:
        if done is not None:
            self.kinds.append(done.kind)

    def settle(self, outcome: Outcome) -> None:
        self.kinds.append(outcome.kind)


async def post(wires: Sequence[bytes], recipients: Sequence[str], port: int) -> list[Kind]:
    feed = Feed(wires, recipients)
    relay = RelayAddress(host="127.0.0.1", port=port)
    session = await open_session(relay, feed, messages=len(wires))
    await session.done()
    return feed.kinds


@settings(max_examples=10)
@given(st.lists(readers, min_size=4, max_size=8))
def test_both_signatures_hold_where_the_mail_arrives(mail: Mail, several: list[Reader]) -> None:
    wires = [mail.wire(reader) for reader in several]
    with listening() as arrivals:
        kinds = asyncio.run(post(wires, [str(each.address) for each in several], arrivals.port))
    assert kinds == [Kind.ACCEPTED] * len(wires)
    assert arrivals.wires == wires
    assert [verdicts(wire) for wire in arrivals.wires] == [[True, True]] * len(wires)


def test_both_headers_of_one_click_unsubscribing_are_covered(mail: Mail) -> None:
    """RFC 8058 4."""
    for _, value in fields(mail.wire(MARIE))[:2]:
        named = tags(value)["h"].split(":")
        assert named.count("list-unsubscribe") == named.count("list-unsubscribe-post") == 2


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"/u/k1.abc", b"/u/k1.abd"),
        (b"One-Click", b"None"),
        (b"Marie Durand <", b"Mario Durand <"),
        (b"\r\nMarie=", b"\r\nMario="),
    ],
)
def test_a_changed_copy_is_noticed(mail: Mail, was: bytes, now: bytes) -> None:
    wire = mail.wire(MARIE)
    assert wire.count(was)
    assert verdicts(wire.replace(was, now, 1)) == [False, False]


def test_a_second_subject_is_noticed(mail: Mail) -> None:
    assert verdicts(b"Subject: Gagnez un voyage\r\n" + mail.wire(MARIE)) == [False, False]


def test_a_later_try_is_signed_anew_under_the_same_message_id(mail: Mail) -> None:
    later = replace(MARIE, date=MARIE.date + timedelta(hours=1)) if MARIE.date else MARIE
    first, second = (dict(fields(mail.wire(reader))) for reader in (MARIE, later))
    assert first[b"Message-ID"] == second[b"Message-ID"]
    assert first[b"DKIM-Signature"] != second[b"DKIM-Signature"]
    assert (
        int(tags(second[b"DKIM-Signature"])["t"]) - int(tags(first[b"DKIM-Signature"])["t"]) == 3600
    )


def test_a_mail_with_nothing_personal_at_its_start_is_hashed_from_there(tmp_path: Path) -> None:
    """The text part is the same for all here, and so is the beginning of the HTML part."""
    plain = templates(tmp_path, text="{{ issue.title }}\n")
    made = compile_issue(issue(edition(section("<p>a</p>"))), plain, FRAME).editions["fr"]
    assert verdicts(Mail(made, both()).wire(MARIE)) == [True, True]


def test_what_is_filled_in_for_all_is_signed_too(frozen: FrozenMail) -> None:
    known = with_known(frozen, {"test": False, "links.share": "https://x.example/s/1"}, ())
    assert verdicts(Mail(known, [signer()]).wire(MARIE)) == [True]


@pytest.mark.parametrize("signers", [(), (signer(),), both()], ids=["none", "rsa", "both"])
def test_a_notice_is_signed_by_who_is_handed_in(
    tmp_path: Path, signers: tuple[DkimSigner, ...]
) -> None:
    set_ = templates(tmp_path)
    (tmp_path / "notice.mjml").write_text(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{ reason }}</mj-text></mj-column>"
        "</mj-section></mj-body></mjml>"
    )
    (tmp_path / "notice.txt").write_text("{{ reason }}\n")
    made = compile_notice(
        set_,
        "notice",
        {"reason": "Parce que."},
        FRAME,
        subject="Merci de confirmer",
        locale="fr",
        signers=signers,
    )
    assert verdicts(made.wire(MARIE)) == [True] * len(signers)


def test_without_signers_nothing_is_signed(tmp_path: Path) -> None:
    made = Mail(draft(tmp_path, section("<p>a</p>")).editions["fr"])
    assert made.wire(MARIE).startswith(b"Date:")
    assert verdicts(made.wire(MARIE)) == []
