"""Finds systemd-analyze, which judges our unit in the tests, or installs it from Debian."""

import os
import shutil
import sys

from tools.chromium import install

NAME = "systemd-analyze"


def find_systemd_analyze() -> str | None:
    """Its path; None where this machine has none."""
    return shutil.which(NAME)


def main() -> None:
    """Nothing to do, or install it, or stop with the line to type; it is never started."""
    if find_systemd_analyze():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install(["systemd"], what_for="to judge our unit")
    else:
        sys.exit("The tests need systemd-analyze. Type: sudo apt install systemd")


if __name__ == "__main__":
    main()
