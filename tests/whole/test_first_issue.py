"""A new publisher with a wheel, an empty folder and the docs' first page has mailed an issue."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from console import shell, steps
from whole.workspace import _free_port as free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make wheel` makes."""
    folder = tmp_path_factory.mktemp("dist")
    hatch = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*hatch, "--directory", str(folder)], cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("mailer-*.whl")
    return made


def test_the_wheel_carries_what_init_needs(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "issues", "subscribers"):
        for file in (ROOT / folder).rglob("*"):
            assert not file.is_file() or f"mailer/sample/{file.relative_to(ROOT)}" in held
    for file in (ROOT / "src/mailer").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert str(file.relative_to(ROOT / "src")) in held
    assert "mailer/sample/config.toml" in held


def test_the_first_page_leads_from_an_empty_folder_to_an_inbox(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / wheel.name).symlink_to(wheel)
    python = _environment_without_mailer(tmp_path / ".venv")
    ports = [free_port() for _ in range(3)]
    environment = {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "1",
        "MAILER_SITE__BASE_URL": f"http://127.0.0.1:{ports[0]}",
        "MAILER_SITE__PORT": str(ports[0]),
        "MAILER_SANDBOX__PORT": str(ports[1]),
        "MAILER_RELAYS__MAIN__PORT": str(ports[1]),
        "MAILER_SANDBOX__PAGE_PORT": str(ports[2]),
    }
    with shell(tmp_path, environment) as reader:
        for step in steps(ROOT / "docs" / "first-issue.md"):
            reader.follow(step)
        with urlopen(f"http://127.0.0.1:{ports[2]}/") as page:
            inbox = page.read().decode()
    assert "[TEST] The Tea Letter – #2: three minutes" in inbox
    for subscriber in ("anna@example.org", "yves@example.org"):
        assert inbox.count(f"→ {subscriber}") == 1


def _environment_without_mailer(folder: Path) -> Path:
    """A fresh environment that has the locked packages, as from a registry, and no mailer."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = folder / "packages"
    packages.mkdir()
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if not one.name.startswith(("mailer", "_editable")) and one.suffix != ".pth":
            (packages / one.name).symlink_to(one)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "locked.pth").write_text(f"{packages}\n")
    return folder / "bin" / "python"
