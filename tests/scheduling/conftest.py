"""A desk on both kinds of database."""

from pathlib import Path

import pytest

from builders import add_readers
from mailer.store import Store
from scheduling.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    """Weekly, Fridays at 07:30 in Paris, with two readers; the clock stands at a Tuesday."""
    add_readers(store, 2)
    return open_desk(tmp_path / "desk", store)
