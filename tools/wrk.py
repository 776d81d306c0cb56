"""Unpacks wrk, which asks a web server as fast as it answers, from Debian's package into var/."""

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import postfix

FOLDER = postfix.ROOT / "var" / "wrk"
PACKAGES = ("wrk", "libluajit-5.1-2", "libluajit-5.1-common")


def command(*arguments: str) -> list[str]:
    """The command line that runs wrk with these arguments."""
    return [str(FOLDER / "usr" / "bin" / "wrk"), *arguments]


def environment() -> dict[str, str]:
    """Our environment, with wrk's own libraries in front."""
    folders = [str(path) for path in FOLDER.glob("usr/lib/*-linux-*")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)}


def main() -> None:
    """Unpacks what is not there yet."""
    if (FOLDER / "ready").exists():
        return
    if not shutil.which("apt-get"):
        sys.exit("Measuring the pages needs wrk from Debian's package, and apt-get is not here.")
    print("Unpacking wrk into var/ …", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if os.geteuid() == 0:
        postfix.apt("apt-get", "-qq", "update", cwd=FOLDER)
    postfix.fetch(PACKAGES, FOLDER)
    (FOLDER / "ready").touch()


if __name__ == "__main__":
    main()
