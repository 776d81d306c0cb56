"""The mailto stands in List-Unsubscribe where an inbox for it is read, and only there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from builders import KEYS, NOW, ROOT, add_readers, make_workspace
from inbound.conftest import LEAVE, with_inbound
from mailer.campaigns import Copies, frozen_campaign, launch, leaving_use, prepare
from mailer.config import Workspace
from mailer.store import Store
from mailer.store.tables import Purpose
from mailer.tokens import Signer, Use


@dataclass
class Reader:
    delivery_id: int = 1
    address: str = "lecteur1@courrier.example"
    name: str = ""
    locale: str = "fr"
    attributes: Mapping[str, str] = field(default_factory=dict)
    tracked: frozenset[Purpose] = frozenset()
    share_id: str | None = None


def unsubscribe_uris(workspace: Workspace, url: str) -> list[str]:
    store = Store(url)
    add_readers(store, 1)
    plan = prepare(workspace, ROOT / "issues" / "cafe-386").plan(500)
    with store.write() as connection:
        launched = launch(connection, plan, share_id="partage", now=NOW)
    with store.read() as connection:
        campaign = frozen_campaign(connection, launched.campaign_id)
    store.close()
    assert campaign is not None
    octets = Copies(campaign, KEYS, lambda: NOW).wire(Reader())
    header = message_from_bytes(octets, policy=policy.default)["List-Unsubscribe"]
    return re.findall(r"<([^>]+)>", "".join(str(header).split()))


def test_it_is_the_second_uri_and_leads_to_the_copy(sqlite_url: str, tmp_path: Path) -> None:
    """RFC 8058 3.1, RFC 2369 3.2: https first, and exactly one of it."""
    workspace = with_inbound(tmp_path / "workspace", maildir="mail")
    web, mailto = unsubscribe_uris(workspace, sqlite_url)
    assert web.startswith("http")
    found = re.fullmatch(r"mailto:([^?]+)\?subject=unsubscribe", mailto)
    assert found is not None
    assert leaving_use(Signer(KEYS.links), LEAVE, found[1]) == Use(1, 1)


def test_without_an_inbox_there_is_none(sqlite_url: str, tmp_path: Path) -> None:
    [only] = unsubscribe_uris(make_workspace(tmp_path / "workspace"), sqlite_url)
    assert only.startswith("http")
