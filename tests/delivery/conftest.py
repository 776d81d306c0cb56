"""A press for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.press import Press
from mailer.store import Store


@pytest.fixture
def press(tmp_path: Path, database_url: str) -> Iterator[Press]:
    """On both kinds of database."""
    yield from _pressed(tmp_path, database_url)


@pytest.fixture
def sqlite_press(tmp_path: Path, sqlite_url: str) -> Iterator[Press]:
    """On SQLite alone: for what the database has no part in."""
    yield from _pressed(tmp_path, sqlite_url)


def _pressed(folder: Path, url: str) -> Iterator[Press]:
    store = Store(url)
    yield Press(folder, store, url)
    store.close()
