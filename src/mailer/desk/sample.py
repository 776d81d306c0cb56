"""Where the sample workspace lies: in the wheel, or in the repository that it is made from."""

from __future__ import annotations

from pathlib import Path

import mailer

_PACKAGE = Path(mailer.__file__).parent


def sample_folder() -> Path:
    """The folder of the sample's config.toml, templates, issues and subscribers."""
    packaged = _PACKAGE / "sample"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1]
