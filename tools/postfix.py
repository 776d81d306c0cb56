"""Unpacks Postfix's test servers from Debian's package into var/; installs and starts nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "postfix"
PROGRAMS = ("smtp-sink", "smtp-source")
LIBRARIES = ("usr/lib/postfix", "usr/lib/*-linux-*", "lib/*-linux-*")


def command(program: str, *arguments: str) -> list[str]:
    """The command line that runs «smtp-sink» or «smtp-source» with these arguments.

    Postfix's programs refuse to serve as root, so root hands smtp-sink to nobody.
    """
    user = ["-u", "nobody"] if program == "smtp-sink" and os.geteuid() == 0 else []
    return [str(FOLDER / "usr" / "sbin" / program), *user, *arguments]


def environment() -> dict[str, str]:
    """Our environment, with Postfix's own libraries in front."""
    folders = [str(path) for pattern in LIBRARIES for path in FOLDER.glob(pattern)]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)}


def libraries_missing() -> list[str]:
    """Shared libraries that neither the package nor this machine has."""
    listings = [
        subprocess.run(
            ["ldd", str(FOLDER / "usr" / "sbin" / program)],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for program in PROGRAMS
    ]
    lines = "".join(listings).splitlines()
    return sorted({line.split()[0] for line in lines if "not found" in line})


def apt(*arguments: str, cwd: Path) -> str:
    """apt-get's output; its complaint goes to the user when it fails."""
    done = subprocess.run(
        arguments,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def fetch(packages: Sequence[str], into: Path) -> None:
    """Downloads Debian packages (apt checks their hashes) and unpacks them."""
    apt("apt-get", "-qq", "download", *packages, cwd=into)
    for package in into.glob("*.deb"):
        apt("dpkg-deb", "--extract", str(package), str(into), cwd=into)
        package.unlink()


def libraries_of(package: str, folder: Path) -> list[str]:
    """Every library package that Postfix leans on, but for the C library itself."""
    tree = apt(
        "apt-cache",
        "depends",
        "--recurse",
        "--no-recommends",
        "--no-suggests",
        "--no-conflicts",
        "--no-breaks",
        "--no-replaces",
        "--no-enhances",
        package,
        cwd=folder,
    )
    names = {line for line in tree.splitlines() if line.startswith("lib")}
    return sorted(
        name for name in names if not name.startswith(("libc6", "libc-", "libgcc", "libcrypt"))
    )


def main() -> None:
    """Unpacks what is not there yet."""
    if (FOLDER / "ready").exists():
        return
    if not shutil.which("apt-get"):
        sys.exit(
            "Measuring needs Postfix's smtp-sink from Debian's package, and apt-get is not here."
        )
    print("Unpacking Postfix's smtp-sink into var/ …", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if os.geteuid() == 0:
        apt("apt-get", "-qq", "update", cwd=FOLDER)
    fetch(["postfix"], FOLDER)
    if libraries_missing():
        fetch(libraries_of("postfix", FOLDER), FOLDER)
    if left := libraries_missing():
        sys.exit(f"Postfix's smtp-sink does not run here: {', '.join(left)} not found.")
    (FOLDER / "ready").touch()


if __name__ == "__main__":
    main()
