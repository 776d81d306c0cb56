"""What is installed is known by its hash, and comes from whichever registry the machine uses."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def entries(name: str) -> list[str]:
    """Each requirement with its hashes, as one line."""
    joined = (ROOT / name).read_text().replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip()]


def pins(name: str) -> dict[str, str]:
    """«name ; marker» -> exact version."""
    found = (Requirement(entry.split(" --hash")[0]) for entry in entries(name))
    return {f"{pin.name} ; {pin.marker}": str(pin.specifier) for pin in found}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_host(name: str) -> None:
    assert not re.search(r"://|--index-url|--find-links|--extra-index", (ROOT / name).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_its_hashes(name: str) -> None:
    for entry in entries(name):
        assert re.match(r"[\w.-]+==[\w.+!-]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_tests_run_with_the_versions_that_publishers_get() -> None:
    published, tested = (pins(name) for name in LOCKS)
    assert published.items() <= tested.items()
