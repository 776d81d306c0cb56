"""What every test may ask for: databases, a browser, and a network that ends at this machine."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Tests start a hundred processes: each would compile the whole house anew where this is set.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = ["fixtures.loopback", "fixtures.databases", "fixtures.browser"]

# The same examples on every run and machine, so that a red test is red for everybody; a deadline
# would measure the machine. HYPOTHESIS_PROFILE=thorough looks further, with new examples each time.
settings.register_profile("house", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

# The longest files, the longest first (pytest --durations=60 tells): begun first, so that both
# workers end together. A file that is not here takes its turn after them.
LONGEST = (
    "delivery/test_killed_ten_times.py",
    "running/test_slots.py",
    "delivery/test_processes.py",
    "whole/test_week.py",
    "running/test_service.py",
    "running/test_stopping.py",
    "desk/test_backup_under_load.py",
    "chaos/test_short_run.py",
    "desk/test_preview_page.py",
    "web/test_life_in_a_browser.py",
    "web/test_every_page_in_a_browser.py",
    "web/test_bombing.py",
    "whole/test_in_a_browser.py",
    "whole/test_main_job.py",
    "cli/test_schedule.py",
    "cli/test_campaigns.py",
)
TESTS = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    # Else xdist begins with the files that have the most tests, which are the quickest here.
    config.option.loadscopereorder = False


def pytest_collection_finish() -> None:
    # What the tests are made of stays to the end: a million objects, and no garbage among them.
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    turn = {TESTS / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turn.get(item.path, len(turn)))
