"""A site on stage for every test of the reader pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from builders import ROOT, make_workspace
from mailer.config import Workspace
from mailer.store import Store
from mailer.web import create_app
from web.stage import BROWSER, Stage, build_stage


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "issues").symlink_to(ROOT / "issues")
    return make_workspace(folder)


@pytest.fixture
def stage(workspace: Workspace, sqlite_url: str) -> Iterator[Stage]:
    """On SQLite."""
    store = Store(sqlite_url)
    yield build_stage(workspace, store)
    store.close()


@pytest.fixture
def both(workspace: Workspace, database_url: str) -> Iterator[Stage]:
    """On both kinds of database."""
    store = Store(database_url)
    yield build_stage(workspace, store)
    store.close()


def client_of(stage: Stage) -> TestClient:
    """A client that follows no redirect and shows no exception of ours."""
    return TestClient(
        create_app(stage.site),
        base_url="http://127.0.0.1:8025",
        follow_redirects=False,
        headers={**BROWSER, "accept-language": "fr"},
    )


@pytest.fixture
def client(stage: Stage) -> Iterator[TestClient]:
    with client_of(stage) as client:
        yield client


@pytest.fixture
def on_both(both: Stage) -> Iterator[TestClient]:
    with client_of(both) as client:
        yield client
