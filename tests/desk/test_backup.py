"""mailer backup and restore: one file, taken while the service runs, put back where nothing is."""

from __future__ import annotations

import shutil
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builders import NOW, ROOT, add_readers, make_workspace
from fixtures.postgres import Postgres
from mailer.campaigns import launch, prepare, sum_of
from mailer.config import Workspace
from mailer.consent import seal
from mailer.desk.backup import BackupError, back_up, restore
from mailer.keys import load_keys
from mailer.store import Store, check_version
from mailer.store.tables import Batch, BatchState, DeliveryState, Subscriber


def filled(folder: Path, url: str = "sqlite:///var/mailer.db") -> Workspace:
    """A workspace with keys, readers and a campaign of which a batch is on its way."""
    shutil.copytree(ROOT / "issues", folder / "issues")
    workspace = make_workspace(folder, url=url)
    keys = load_keys(workspace.keys)
    store = Store(workspace.store_url)
    check_version(store)
    add_readers(store, 7, keys=keys)
    plan = prepare(workspace, workspace.issues / "cafe-386").plan(3)
    with store.write() as connection:
        launch(connection, plan, share_id="shared", now=NOW)
        connection.execute(
            Batch.__table__.update()
            .where(Batch.number == 1)
            .values(state=BatchState.TAKEN, taken_by="elsewhere-1-2", taken_at=NOW)
        )
    store.close()
    return workspace


def contents(workspace: Workspace) -> dict[str, list[Any]]:
    store = Store(workspace.store_url)
    with store.read() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Subscriber.metadata.sorted_tables
            if table.name != "batches"
        }
    store.close()
    return rows


def copies(workspace: Workspace) -> dict[str, bytes]:
    """What shows that the ledger was not rewritten."""
    return {file.name: file.read_bytes() for file in workspace.seals.iterdir()}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_put_back_is_what_was_there(
    tmp_path: Path,
    kind: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, other = "sqlite:///var/mailer.db", ""
    if kind == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url, other = server.url(server.create()), server.url(server.create())
    before = filled(tmp_path / "there", url)
    sealed = Store(before.store_url)
    seal(sealed, before.seals, lambda: NOW)
    sealed.close()
    back_up(before, tmp_path / "copy.tar.gz", NOW)
    if other:
        monkeypatch.setenv("MAILER_STORE__URL", other)
    after, _ = restore(tmp_path / "copy.tar.gz", tmp_path / "again", lambda: NOW)
    assert contents(after) == contents(before)
    assert load_keys(after.keys) == load_keys(before.keys)
    assert copies(after) == copies(before) != {}
    assert (after.root / "templates" / "cafe" / "issue.mjml").is_file()
    assert after.file.read_bytes() == before.file.read_bytes()
    store = Store(after.store_url)
    with store.read() as connection:
        assert sum_of(connection, 1).by_state == {DeliveryState.PENDING: 7}
        taken = connection.scalars(select(Batch.number).where(Batch.taken_by.is_not(None))).all()
        assert taken == [], "who had taken it lives nowhere"
    # Numbers go on behind the highest, and the ledger is guarded again.
    assert len(add_readers(store, 1, first=50, keys=load_keys(after.keys))) == 1
    store.close()


def test_a_backup_is_for_our_eyes_only_and_never_written_over(tmp_path: Path) -> None:
    workspace = filled(tmp_path / "there")
    file = tmp_path / "copy.tar.gz"
    back_up(workspace, file, NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="there already"):
        back_up(workspace, file, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.tar.gz", "there"]


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    workspace = filled(tmp_path / "there")
    file = tmp_path / "copy.tar.gz"
    back_up(workspace, file, NOW)
    before = contents(workspace)
    with pytest.raises(BackupError, match="never put over"):
        restore(file, workspace.root, lambda: NOW)
    assert contents(workspace) == before


def test_a_database_with_tables_in_it_is_left_alone(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(postgres.create())
    workspace = filled(tmp_path / "there", url)
    back_up(workspace, tmp_path / "copy.tar.gz", NOW)
    before = contents(workspace)
    with pytest.raises(BackupError, match="there are tables already"):
        restore(tmp_path / "copy.tar.gz", tmp_path / "again", lambda: NOW)
    assert contents(workspace) == before
    assert not (tmp_path / "again").exists()
    monkeypatch.setenv("MAILER_STORE__URL", "sqlite:///var/mailer.db")
    with pytest.raises(BackupError, match="another kind"):
        restore(tmp_path / "copy.tar.gz", tmp_path / "other", lambda: NOW)


@pytest.fixture(scope="module")
def a_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    back_up(filled(folder / "there"), folder / "copy.tar.gz", NOW)
    return folder / "copy.tar.gz"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), flipped=st.booleans())
def test_a_damaged_file_is_refused(
    tmp_path_factory: pytest.TempPathFactory, a_backup: Path, cut: float, *, flipped: bool
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = a_backup.read_bytes()
    at = min(int(cut * len(whole)), len(whole) - 9)
    damaged = bytearray(whole) if flipped else bytearray(whole[:at])
    if flipped:
        damaged[at] ^= 0xFF
    (folder / "copy.tar.gz").write_bytes(damaged)
    try:
        after, _ = restore(folder / "copy.tar.gz", folder / "again", lambda: NOW)
    except BackupError:
        assert not (folder / "again").exists()
    else:  # a bit of the archive's own head, such as its date, changes nothing
        assert flipped
        assert (after.root / "config.toml").is_file()


def test_a_file_that_is_no_backup_is_told(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "some.tar.gz", "w:gz") as archive:
        archive.add(__file__, "manifest.json")
    with pytest.raises(BackupError, match="its manifest cannot be read"):
        restore(tmp_path / "some.tar.gz", tmp_path / "again", lambda: NOW)


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt"])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "some.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupError, match="no file of a backup"):
        restore(tmp_path / "some.tar.gz", tmp_path / "deep" / "again", lambda: NOW)
    assert not list(tmp_path.rglob("out.txt"))
