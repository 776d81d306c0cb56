"""How a file is written is recognised, whoever wrote it."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importing.files import GOOD, good, write_csv
from mailer.importing import DELIMITERS, ImportFileError, survey

ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
)
NAMES = st.sampled_from(
    ["Éloïse Naudin", "Gaël Sénéchal", "Françoise Tessier", "Jürgen Weiß", "Núñez", "Zoé", "Anne"]
)
CITIES = st.sampled_from(["Évry", "Orléans", "Nîmes", "L'Haÿ-les-Roses", "", "Köln; Bonn", "a,b|c"])
PEOPLE = st.lists(st.tuples(NAMES, CITIES), min_size=1, max_size=8)


@given(
    people=PEOPLE,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(list(DELIMITERS)),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_encoding_and_delimiter_gives_back_what_was_written(
    tmp_path: Path, people: list[tuple[str, str]], encoding: str, delimiter: str, line_end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(["E-mail", "Nom", "Ville"])
    rows = [(f"n{n}@courrier.example", *person) for n, person in enumerate(people)]
    writer.writerows(rows)
    file = tmp_path / "people.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    found = survey(file)
    assert [record.cells for record in found.records()] == rows
    assert found.source.delimiter == delimiter
    assert found.rows == len(rows)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_the_encoding_is_told(tmp_path: Path, encoding: str, name: str) -> None:
    rows = [good(name="Éloïse Lefèvre « là-bas »", city="Besançon")] * 3
    file = write_csv(tmp_path / "people.csv", rows, encoding=encoding, delimiter=";")
    found = survey(file)
    assert (found.source.encoding, found.source.delimiter) == (name, ";")


def test_the_publisher_may_know_the_encoding_better(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "people.csv", [good(name="Lebœuf")], encoding="iso8859-15")
    assert next(survey(file, "iso8859-15").records()).cells[1] == "Lebœuf"
    with pytest.raises(ImportFileError, match="unknown encoding 'klingon'"):
        survey(file, "klingon")


def test_a_spreadsheets_own_line_names_the_delimiter(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("sep=|\r\nemail|nom, prénom\r\na@b.example|Le Goff, Anne\r\n", encoding="utf-8")
    found = survey(file)
    record = next(found.records())
    assert record.cells == ("a@b.example", "Le Goff, Anne")
    assert (record.row, record.line) == (3, 3)


def test_rows_are_counted_as_spreadsheets_do_and_lines_as_editors_do(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('email,name\n\na@b.example,"Anne\nLe Goff"\nc@d.example,Bea\n')
    places = [(record.row, record.line) for record in survey(file).records()]
    assert places == [(2, 2), (3, 3), (4, 5)]


def test_doubled_quotes_stand_for_one(tmp_path: Path) -> None:
    """RFC 4180 2."""
    file = tmp_path / "people.csv"
    file.write_text('"email","name"\n"a@b.example","Anne ""Nanou"" Le Bihan"\n')
    assert next(survey(file).records()).cells[1] == 'Anne "Nanou" Le Bihan'


@pytest.mark.parametrize(
    ("octets", "line", "words"),
    [
        (b"", 1, "the file is empty"),
        (codecs.BOM_UTF8, 1, "the file is empty"),
        (b"\r\n \r\n", 1, "the file is empty"),
        (b"name,city\nAnne,Rennes\n", 1, "no column holds e-mail addresses"),
        (b"anne@b.example,Anne\nc@d.example,Bea\n", 1, "a header line is missing"),
        (b"email,name\na@b.example,An\0ne\n", 2, "NUL"),
        (b"email,E-mail\na@b.example,c@d.example\n", 1, "two columns mean email"),
        (b"email,city,City\na@b.example,x,y\n", 1, "two columns mean city"),
        (b'email,name\na@b.example,"Anne\nc@d.example,Bea\n', 2, "not closed"),
        (b'email,name\na@b.example,"Anne' + b"\nx@y.example,Bea" * 150 + b'"\n', 2, "not closed"),
        (b'email,"na"me\na@b.example,Anne\n', 1, "the header cannot be read"),
        (b"email,name\n" + "é,à\n".encode() * 20 + b"x,\xe9t\xe9\n", 22, "not valid utf-8"),
        ("email,name\n".encode("utf-16") + b"a", 2, "not valid utf-16"),
        (b"PK\x03\x04\x14\0\x06\0", 1, "spreadsheet"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_line_with_its_place(
    tmp_path: Path, octets: bytes, line: int, words: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(octets)
    with pytest.raises(ImportFileError, match=words) as caught:
        survey(file)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="is no file"):
        survey(tmp_path)
    with pytest.raises(ImportFileError, match="there is no such file"):
        survey(tmp_path / "nowhere.csv")


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"email,name\n" + b"x" * (3 << 20))
    with pytest.raises(ImportFileError, match="longer than a megabyte"):
        survey(file)


def test_the_sample_is_read_as_what_it_is() -> None:
    found = survey(Path(__file__).parents[2] / "subscribers" / "cafe.csv")
    assert (found.source.encoding, found.source.delimiter, found.rows) == ("utf-8", ",", 304)
    assert set(GOOD) < set(found.columns.header)
