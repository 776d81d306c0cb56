"""mailer import, as a publisher types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from builders import ROOT, add_readers, make_workspace
from importing.files import good, write_csv
from mailer.cli import main
from mailer.config import Workspace
from mailer.store import Store

CAFE = str(ROOT / "subscribers" / "cafe.csv")


class Terminal:
    """Types a command in a workspace and keeps what it said."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self._capsys = capsys
        self._patch = patch

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self._patch.chdir(self.folder)
        self._patch.setattr(sys, "argv", ["mailer", "import", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        code = left.value.code
        return (0 if code is None else int(code)), said.out, said.err

    def figures(self, *words: str) -> dict[str, object]:
        """What --json prints."""
        code, out, err = self.run(*words, "--list", "cafe", "--json")
        assert (code, err) == (0, "")
        figures = json.loads(out)
        assert isinstance(figures, dict)
        return figures


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


@pytest.fixture
def terminal(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    return Terminal(workspace.root, capsys, monkeypatch)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_the_sample_is_imported_and_its_figures_printed(terminal: Terminal) -> None:
    code, out, err = terminal.run(CAFE, "--list", "cafe")
    assert (code, err) == (0, "")
    assert "utf-8, comma" in out
    assert "city → attribute city" in out
    cells = [line.replace("│", " ").split() for line in out.splitlines()]
    for row in (["read", "304"], ["imported", "301"], ["merged", "3"], ["refused", "0"]):
        assert row in cells


def test_figures_as_json_add_up(terminal: Terminal, tmp_path: Path) -> None:
    rows = [good(), good("ANNE@courrier.example"), good("x", city="Évry")]
    file = write_csv(tmp_path / "people.csv", rows, encoding="cp1252", delimiter=";")
    figures = terminal.figures(str(file))
    assert (figures["encoding"], figures["delimiter"]) == ("cp1252", "semicolon")
    assert figures["read"] == 3
    assert (figures["imported"], figures["merged"], figures["refused"]) == (1, 1, 1)
    assert figures["refused_because"] == {"bad address": 1}
    assert Path(str(figures["report"])).parent.name == "reports"


def test_a_dry_run_says_the_same_and_writes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "people.csv", [good(), good("x"), good("ANNE@courrier.example")])
    before = files(terminal.folder)
    said = terminal.figures(str(file), "--dry-run")
    assert files(terminal.folder) == before
    done = terminal.figures(str(file))
    for name in ("read", "imported", "merged", "refused", "refused_because", "columns"):
        assert said[name] == done[name]


def test_a_dry_run_reads_the_database_that_is_there(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    store = Store(database_url)
    [known] = add_readers(store, 1)
    store.close()
    workspace = make_workspace(tmp_path / "workspace", url=database_url)
    terminal = Terminal(workspace.root, capsys, monkeypatch)
    file = write_csv(tmp_path / "people.csv", [good(known), good()])
    figures = terminal.figures(str(file), "--dry-run")
    assert (figures["imported"], figures["merged"]) == (1, 1)
    assert not workspace.keys.exists()


def test_a_report_is_written_where_one_asks_even_in_a_dry_run(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "people.csv", [good("x")])
    report = tmp_path / "why.csv"
    figures = terminal.figures(str(file), "--dry-run", "--report", str(report))
    assert figures["report"] == str(report)
    assert "bad address" in report.read_text()


def test_a_screen_shows_no_address(terminal: Terminal, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "people.csv", [good("anne@@courrier.example")])
    _, out, _ = terminal.run(str(file), "--list", "cafe")
    assert "row 2: bad address" in out
    assert "anne" not in out


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "people.csv:1: the file is empty"),
        (b"name\nAnne\n", "people.csv:1: no column holds e-mail addresses"),
        (b"email,name\na@b.example,An\0ne\n", "people.csv:2: the line holds a NUL character"),
    ],
)
def test_a_bad_file_is_one_clear_line_and_leaves_nothing(
    terminal: Terminal, octets: bytes, words: str
) -> None:
    (terminal.folder / "people.csv").write_bytes(octets)
    before = files(terminal.folder)
    code, out, err = terminal.run("people.csv", "--list", "cafe")
    assert (code, out) == (2, "")
    assert err.startswith(f"mailer: {words}")
    assert err.count("\n") == 1
    assert files(terminal.folder) == before


def test_a_list_that_is_not_there_is_named_with_the_nearest(terminal: Terminal) -> None:
    code, _, err = terminal.run(CAFE, "--list", "caffe")
    assert code == 2
    assert "cafe" in err


def test_a_basis_needs_all_three_options(terminal: Terminal, tmp_path: Path) -> None:
    bare = dict.fromkeys(("consent_action", "consent_date", "consent_wording"), "")
    file = str(write_csv(tmp_path / "people.csv", [good(**bare)]))
    code, _, err = terminal.run(file, "--list", "cafe", "--consent-basis", "clients")
    assert code == 2
    assert "needs --consent-date and --wording too" in err
    wording = tmp_path / "wording.txt"
    wording.write_text("Oui, je veux recevoir Le Café.\n", encoding="utf-8")
    options = ("--consent-basis", "clients", "--wording", str(wording), "--consent-date")
    code, _, err = terminal.run(file, "--list", "cafe", *options, "2099-01-01")
    assert (code, "in the future" in err) == (2, True)
    figures = terminal.figures(file, *options, "2020-01-02")
    assert figures["imported"] == 1
    assert str(figures["basis"]).startswith("clients (2020-01-01T23:00:00+00:00, wording sha256 ")
    assert "clients" in Path(str(figures["report"])).read_text()


def test_a_report_never_overwrites_the_file_it_reports_on(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = str(write_csv(tmp_path / "people.csv", [good("x")]))
    code, _, err = terminal.run(file, "--list", "cafe", "--report", file)
    assert code == 2
    assert "would overwrite" in err


def test_in_a_pipe_there_is_no_progress_bar(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailer", "import", CAFE, "--list", "cafe", "--dry-run"],
        cwd=workspace.root,
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert "a dry run: nothing was written" in done.stdout
    assert "\x1b" not in done.stdout
