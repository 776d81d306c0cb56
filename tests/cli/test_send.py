"""mailer send, as a publisher reads its last lines."""

from __future__ import annotations

import shutil
from pathlib import Path

from arrivals import listening
from builders import ROOT, add_readers, make_workspace
from mailer.keys import load_keys
from mailer.store import Store, check_version
from terminal import type_in


def sent_to(folder: Path, readers: int) -> list[str]:
    """What is said of sending to so many, and of sending again."""
    shutil.copytree(ROOT / "issues" / "cafe-386", folder / "issues" / "cafe-386")
    workspace = make_workspace(folder)
    store = Store(workspace.store_url)
    check_version(store)
    if readers:
        add_readers(store, readers, keys=load_keys(workspace.keys))
    store.close()
    with listening() as arrivals:
        port = {"MAILER_RELAYS__MAIN__PORT": str(arrivals.port), "MAILER_SITE__EDITORS": "[]"}
        said = [type_in(folder, "send", "386", "--list", "cafe", **port) for _ in range(2)]
    assert [one.returncode for one in said] == [0, 0], said
    return [one.stdout for one in said]


def test_sent_again_it_says_that_everybody_was_served(tmp_path: Path) -> None:
    first, again = sent_to(tmp_path, 1)
    assert "1 message in" in first
    assert "everybody in the audience was served before" in again


def test_where_nobody_consents_it_says_so(tmp_path: Path) -> None:
    first, again = sent_to(tmp_path, 0)
    for said in (first, again):
        assert "nobody consents to getting this list yet" in said
        assert "served before" not in said
