"""The unit that systemd starts us by: without fault in its eyes, and in a narrow room."""

from __future__ import annotations

import subprocess

import pytest

from builders import ROOT
from tools.systemd import find_systemd_analyze

UNIT = ROOT / "packaging" / "mailer.service"
THRESHOLD = 30
"""The most that may be exposed: systemd counts to 100."""


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    path = find_systemd_analyze()
    if path is None:
        pytest.fail("no systemd-analyze here; type: make systemd", pytrace=False)
    return subprocess.run(
        [path, *words, str(UNIT)], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_finds_no_fault_in_the_unit() -> None:
    done = analyze("verify")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_service_is_shut_in_a_narrow_room() -> None:
    done = analyze("security", "--offline=true", f"--threshold={THRESHOLD}", "--no-pager")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_unit_gives_more_time_to_stop_than_we_take() -> None:
    """SIGTERM goes to the supervisor alone, which needs less than ten seconds."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    assert "KillMode=mixed" in lines
    assert "TimeoutStopSec=20s" in lines
    assert "Type=notify" in lines
