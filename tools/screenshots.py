"""Pictures of a rendered issue for the docs: phone and desk, light and dark, and all in one."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.chromium import find_chromium  # noqa: E402  (tools/ is found once ROOT is)

IMAGES = ROOT / "docs" / "images"
ISSUE = "386"
SIZES = ((320, 1000), (700, 1000))
SCHEMES = ("light", "dark")


def main() -> None:
    """Write the pictures."""
    mailer = Path(sys.executable).with_name("mailer")
    folder = ROOT / "var" / "preview"
    words = ["preview", ISSUE, "--name", "Anne Le Goff", "--out", str(folder)]
    subprocess.run([str(mailer), *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = find_chromium()
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for width, height in SIZES:
            for scheme in SCHEMES:
                shoot(browser, folder / f"cafe-{ISSUE}.fr.html", width, height, scheme)
        put_together(browser)
        for name in ("cafe", "sober"):
            shoot_every_kind(browser, name)
        browser.close()


def shoot(browser: Browser, file: Path, width: int, height: int, scheme: str) -> None:
    """One picture of the top of the issue."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="fr-FR"
    )
    context.route("http://**/*", answer_from(ROOT / "issues" / f"cafe-{ISSUE}"))
    page = context.new_page()
    page.goto(file.as_uri())
    page.screenshot(path=IMAGES / f"issue-{width}-{scheme}.png")
    context.close()


def shoot_every_kind(browser: Browser, template: str) -> None:
    """The issue that holds every block there is, from its top to its bottom, in one set."""
    issue, folder = ROOT / "docs" / "every-kind", ROOT / "var" / "preview" / template
    with TemporaryDirectory() as name:
        workspace = Path(name)
        config = (ROOT / "config.toml").read_text(encoding="utf-8")
        config = config.replace('template = "cafe"', f'template = "{template}"')
        (workspace / "config.toml").write_text(config, encoding="utf-8")
        (workspace / "templates").symlink_to(ROOT / "templates")
        words = ["preview", str(issue), "--name", "Anne Le Goff", "--out", str(folder)]
        mailer = Path(sys.executable).with_name("mailer")
        subprocess.run([mailer, *words], cwd=workspace, check=True, stdout=subprocess.DEVNULL)
    context = browser.new_context(viewport={"width": 700, "height": 1000}, locale="fr-FR")
    context.route("http://**/*", answer_from(issue))
    page = context.new_page()
    page.goto((folder / "cafe-1.fr.html").as_uri())
    page.screenshot(path=IMAGES / f"every-kind-{template}.png", full_page=True)
    context.close()


def answer_from(issue: Path) -> Callable[[Route], None]:
    """The issue's own picture, without a server."""

    def answer(route: Route) -> None:
        route.fulfill(path=issue / urlsplit(route.request.url).path.rpartition("/")[2])

    return answer


def put_together(browser: Browser) -> None:
    """All four side by side."""
    pictures = "".join(
        f'<img src="{(IMAGES / f"issue-{width}-{scheme}.png").as_uri()}" height="620">'
        for scheme in SCHEMES
        for width, _ in reversed(SIZES)
    )
    sheet = ROOT / "var" / "preview" / "sheet.html"
    sheet.write_text(
        "<style>body{margin:24px;background:#8a7866;display:inline-flex;gap:20px}"
        f"img{{border-radius:8px;display:block}}</style>{pictures}"
    )
    page = browser.new_page(viewport={"width": 1500, "height": 668})
    page.goto(sheet.as_uri())
    page.locator("body").screenshot(path=IMAGES / "issue.png")


if __name__ == "__main__":
    main()
