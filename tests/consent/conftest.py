"""Where the copies of a test's seals lie."""

from pathlib import Path

import pytest


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "seals"
