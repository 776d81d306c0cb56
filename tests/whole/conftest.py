"""One sample campaign, sent by real processes, for every test of this folder that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from whole.workspace import SampleWorkspace


@dataclass(frozen=True)
class Sent:
    """The sample after its newest issue was sent; both servers are up."""

    sample: SampleWorkspace
    imported: dict[str, Any]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Imported, served, sent."""
    sample = SampleWorkspace(tmp_path_factory.mktemp("sample") / "workspace")
    imported = sample.figures("import", "subscribers/cafe.csv", "--list", "cafe")
    with sample.servers():
        report = sample.figures("send", "newest", "--list", "cafe")
        sample.wait_until_outbox_is_empty()
        yield Sent(sample, imported, report)
