"""What is known before the first reader changes no byte of any copy."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composing.issues import MARIE, draft, section
from mailer.composing import FrozenMail, Mail, with_known
from mailer.rendering import Branch

KNOWN = {
    "test": False,
    "links.share": MARIE.share,
    "links.subscribe": MARIE.subscribe,
    "links.pixel": "",
}
PRESENT = {"links.unsubscribe", "links.preferences", "links.view"}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> FrozenMail:
    return draft(tmp_path_factory.mktemp("known"), section("<p>Bonjour</p>")).editions["fr"]


@given(name=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40))
def test_a_copy_says_the_same_with_known_values_filled_in(frozen: FrozenMail, name: str) -> None:
    reader = replace(MARIE, name=name, first_name=name)
    plain = message_from_bytes(Mail(frozen).wire(reader), policy=policy.default)
    settled = Mail(with_known(frozen, KNOWN, PRESENT)).wire(reader)
    quick = message_from_bytes(settled, policy=policy.default)
    for kind in ("plain", "html"):
        assert _body(plain, kind) == _body(quick, kind)
    assert plain.items() == quick.items()


def test_a_branch_that_only_asks_for_what_every_reader_has_is_gone(frozen: FrozenMail) -> None:
    settled = with_known(frozen, KNOWN, PRESENT)
    asked = {arm.condition for arm in settled.html.arms()}
    assert not asked & {*KNOWN, *PRESENT}
    assert any(isinstance(node, Branch) for node in frozen.html.nodes)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
