"""A site on stage for every test of the reader pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from builders import KEYS, NOW, ROOT, make_workspace
from fixtures.postgres import Postgres
from mailer.config import Workspace
from mailer.store import Store
from mailer.web import Site, create_app
from web.phone import listening
from web.stage import BROWSER, Stage, fill, stage_on


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("web") / "workspace"
    folder.mkdir()
    (folder / "issues").symlink_to(ROOT / "issues")
    return make_workspace(folder)


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A database file to be copied."""
    file = tmp_path_factory.mktemp("filled") / "mailer.db"
    shutil.copyfile(migrated_sqlite, file)
    filled(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def filled_postgres(postgres: Postgres, migrated_postgres: str) -> str:
    """The name of a database to be copied."""
    name = postgres.create(migrated_postgres)
    filled(postgres.url(name))
    return name


def filled(url: str) -> None:
    store = Store(url)
    fill(store)
    store.close()


@pytest.fixture
def stage(workspace: Workspace, filled_sqlite: Path, tmp_path: Path) -> Iterator[Stage]:
    """On SQLite."""
    file = tmp_path / "mailer.db"
    shutil.copyfile(filled_sqlite, file)
    store = Store(f"sqlite:///{file}")
    yield stage_on(workspace, store)
    store.close()


@pytest.fixture
def stage_on_postgres(
    workspace: Workspace, postgres: Postgres, filled_postgres: str
) -> Iterator[Stage]:
    name = postgres.create(filled_postgres)
    store = Store(postgres.url(name))
    yield stage_on(workspace, store)
    store.close()
    postgres.drop(name)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, filled_sqlite: Path) -> Iterator[Stage]:
    """A stage whose workspace can be asked at the terminal, and whose list asks for everything."""
    workspace = make_workspace(tmp_path_factory.mktemp("life") / "workspace")
    said = workspace.file.read_text(encoding="utf-8")
    said = said.replace("tracking = []", 'tracking = ["opens", "clicks", "forwards"]', 1)
    workspace.file.write_text(said, encoding="utf-8")
    workspace = Workspace.open(workspace.file)
    (workspace.root / "var").mkdir()
    shutil.copyfile(filled_sqlite, workspace.root / "var" / "mailer.db")
    store = Store(workspace.store_url)
    yield stage_on(workspace, store)
    store.close()


@pytest.fixture(scope="module")
def origin(life: Stage) -> Iterator[str]:
    with listening(create_app(life.site)) as origin:
        yield origin
    life.site.collector.close()


@pytest.fixture(params=["stage", "stage_on_postgres"], ids=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest) -> Stage:
    """On both kinds of database."""
    stage: Stage = request.getfixturevalue(request.param)
    return stage


@pytest.fixture(scope="session")
def app(workspace: Workspace) -> FastAPI:
    """The application, made once; each test sets its own site behind it."""
    return create_app(Site(workspace, Store("sqlite://"), KEYS, lambda: NOW))


def client_of(app: FastAPI, stage: Stage) -> TestClient:
    """A client that follows no redirect and shows no exception of ours."""
    app.state.site = stage.site
    return TestClient(
        app,
        base_url="http://127.0.0.1:8025",
        follow_redirects=False,
        headers={**BROWSER, "accept-language": "fr"},
    )


@pytest.fixture
def client(app: FastAPI, stage: Stage) -> Iterator[TestClient]:
    with client_of(app, stage) as client:
        yield client


@pytest.fixture
def on_both(app: FastAPI, both: Stage) -> Iterator[TestClient]:
    with client_of(app, both) as client:
        yield client
