"""Finds the Chromium that shows our pages to the tests, or installs Debian's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EMOJI_FONTS = ("NotoColorEmoji.ttf", "Noto-COLRv1.ttf")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def find_chromium() -> str | None:
    """The browser's path: `CHROMIUM` from the environment, else the first one installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def has_emoji_font() -> bool:
    """Whether emoji in an issue would be drawn, not shown as boxes."""
    return any(any(folder.rglob(name)) for folder in FONT_FOLDERS for name in EMOJI_FONTS)


def has_libatomic() -> bool:
    """Whether the Node.js that Playwright brings can start; a small Debian lacks this library."""
    return find_library("atomic") is not None


NEEDED: dict[str, Callable[[], object]] = {
    "chromium": find_chromium,
    "fonts-noto-color-emoji": has_emoji_font,
    "libatomic1": has_libatomic,
}


def install(packages: list[str], what_for: str = "for the browser tests") -> None:
    """Installs Debian packages without asking; quiet unless it fails."""
    print(f"Installing {', '.join(packages)} {what_for} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-qq", *step], env=quiet, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"apt-get {' '.join(step)} failed:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Nothing to do, or install it, or stop with the line to type."""
    packages = [package for package, there in NEEDED.items() if not there()]
    if not packages:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
    else:
        names = " ".join(packages)
        sys.exit(f"The browser tests need {names}. Type: sudo apt install {names}")


if __name__ == "__main__":
    main()
