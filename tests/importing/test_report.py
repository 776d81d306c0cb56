"""The report of refused rows: private, harmless in a spreadsheet, ready to be mended."""

import csv
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importing.files import contents, good, import_file, write_csv
from mailer.importing import ImportFileError, Report, default_report, survey
from mailer.store import Store

COLUMNS = ("email", "name", "consent_action", "consent_date", "consent_source", "consent_wording")


@pytest.fixture
def store(sqlite_url: str):  # one kind of database is enough here
    store = Store(sqlite_url)
    yield store
    store.close()


def lines(report: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with report.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def test_a_report_names_row_line_and_reason_beside_the_rows_own_cells(
    store: Store, tmp_path: Path
) -> None:
    rows = [good(name="Anne\nLe Goff"), good("x@", name="Bea")]
    file = write_csv(tmp_path / "people.csv", rows, columns=COLUMNS, delimiter=";")
    report = tmp_path / "report.csv"
    import_file(store, file, report=report)
    first, second = lines(report, ";")
    assert (first["refused_row"], first["refused_line"]) == ("2", "2")
    assert (second["refused_row"], second["refused_line"]) == ("3", "4")
    assert second["refused_because"].startswith("bad address: ")
    assert (second["email"], second["name"]) == ("x@", "Bea")


def test_a_report_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "report.csv"
    import_file(store, write_csv(tmp_path / "people.csv", [good("x")]), report=report)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_a_file_without_refused_rows_has_no_report(store: Store, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    import_file(store, write_csv(tmp_path / "people.csv", [good()]), report=report)
    assert not report.exists()


@pytest.mark.parametrize("name", ["=1+1", "+33 1", "-Yves", "@me", "\tx", "'=1", "'t Hof"])
def test_a_report_holds_no_formula_and_loses_nothing(
    store: Store, tmp_path: Path, name: str
) -> None:
    """ASVS 1.2.10."""
    report = tmp_path / "report.csv"
    file = write_csv(tmp_path / "people.csv", [good("x", name=name)], columns=COLUMNS)
    read = next(survey(file).records()).cells
    import_file(store, file, report=report)
    cells = list(lines(report)[0].values())
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert next(survey(report).records()).cells[3:] == read


def test_a_mended_report_is_imported_as_it_is(store: Store, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    file = write_csv(tmp_path / "people.csv", [good(consent_date="06-05"), good("b@c.example")])
    import_file(store, file, report=report)
    mended = report.read_text(encoding="utf-8").replace("06-05", "2024-05-06")
    report.write_text(mended.replace("2024-2024-05-06", "2024-05-06"), encoding="utf-8")
    figures = import_file(store, report).figures
    assert (figures.read, figures.imported.total()) == (1, 1)
    people = contents(store)["subscribers"]
    assert [set(attributes) for *_, attributes, _, _ in people] == [{"city"}, {"city"}]


def test_a_default_report_is_named_after_file_and_moment(tmp_path: Path) -> None:
    now = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    first = default_report(tmp_path, Path("in/cafe.csv"), now)
    assert first.name == "cafe-20261201-093000.csv"
    first.touch()
    assert default_report(tmp_path, Path("in/cafe.csv"), now).name == "cafe-20261201-093000-1.csv"


def test_a_report_that_cannot_be_made_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ImportFileError, match="the report cannot be written"):
        Report(tmp_path / "taken" / "report.csv", ("email",), ",").open()
