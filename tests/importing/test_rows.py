"""A row is a person with a proven consent, or is refused with its reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, WORDING
from importing.files import GOOD, good, terms_for, write_csv
from mailer.address import Address, AddressError
from mailer.importing import Basis, Candidate, Reason, Refusal, read_row, survey
from mailer.importing.addresses import LONGEST_LOCAL_PART, parse_address
from mailer.store.tables import Action

BASIS = Basis("clients de la librairie", datetime(2020, 1, 2, tzinfo=UTC), "Oui, je veux.")


def read(
    folder: Path,
    row: dict[str, str],
    *,
    source: str = "",
    basis: Basis | None = None,
    without: tuple[str, ...] = (),
) -> Candidate | Refusal:
    """The first row of a file that has all these columns, `without` some."""
    columns = [name for name in GOOD | row if name not in without]
    found = survey(write_csv(folder / "people.csv", [row], columns=columns))
    return read_row(next(found.records()), terms_for(found, source=source, basis=basis))


def taken(folder: Path, row: dict[str, str], **options: object) -> Candidate:
    result = read(folder, row, **options)  # type: ignore[arg-type]
    assert isinstance(result, Candidate), str(result)
    return result


def reason(folder: Path, row: dict[str, str], **options: object) -> Reason:
    result = read(folder, row, **options)  # type: ignore[arg-type]
    assert isinstance(result, Refusal)
    return result.reason


def test_a_good_row_keeps_what_it_says(tmp_path: Path) -> None:
    row = taken(tmp_path, good("Anne.LeGoff@Courrier.EXAMPLE"))
    assert str(row.address) == "Anne.LeGoff@courrier.example"
    assert row.key == "anne.legoff@courrier.example"
    assert (row.name, row.locale, row.timezone) == ("Anne Le Goff", "fr", "Europe/Paris")
    assert row.attributes == {"city": "Rennes"}
    assert row.evidence.action is Action.CONFIRMED
    assert row.evidence.at == datetime(2024, 5, 6, 8, 20, 30, tzinfo=UTC)
    assert (row.evidence.wording, row.evidence.source) == (WORDING, GOOD["consent_source"])


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"consent_date": ""}, Reason.NO_EVIDENCE),
        ({"consent_wording": ""}, Reason.NO_EVIDENCE),
        ({"consent_source": ""}, Reason.NO_EVIDENCE),
        ({"consent_action": ""}, Reason.NO_EVIDENCE),
        ({"consent_action": "peut-être"}, Reason.BAD_ACTION),
        ({"consent_action": "requested"}, Reason.NOT_CONFIRMED),
        ({"consent_date": "2099-01-01"}, Reason.BAD_DATE),
        ({"consent_wording": "x" * 10_001}, Reason.BAD_WORDING),
        ({"consent_wording": "Oui\x07"}, Reason.BAD_WORDING),
        ({"consent_source": "a\nb"}, Reason.BAD_SOURCE),
        ({"name": "http://piege.example"}, Reason.BAD_NAME),
        ({"name": "WWW.piege.example"}, Reason.BAD_NAME),
        ({"name": "Anne\r\nBcc: x@y.example"}, Reason.BAD_NAME),
        ({"name": "A" * 201}, Reason.BAD_NAME),
        ({"name": "Anne \ue000email\ue001"}, Reason.BAD_NAME),
        ({"name": "Anne \u202e"}, Reason.BAD_NAME),
        ({"locale": "tlh"}, Reason.BAD_LOCALE),
        ({"timezone": "Europe/Quimper"}, Reason.BAD_TIMEZONE),
        ({"city": "Rennes\nBrest"}, Reason.BAD_ATTRIBUTE),
        ({"city": "x" * 1_001}, Reason.BAD_ATTRIBUTE),
        ({"email": ""}, Reason.NO_ADDRESS),
        ({"email": "a" * 65 + "@courrier.example"}, Reason.BAD_ADDRESS),
    ],
)
def test_a_bad_cell_refuses_its_row(tmp_path: Path, cells: dict[str, str], why: Reason) -> None:
    assert reason(tmp_path, good(**cells)) is why


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"locale": ""}, "locale", "fr"),
        ({"locale": "Anglais"}, "locale", "en"),
        ({"locale": "fr_CA"}, "locale", "fr"),
        ({"timezone": "europe/brussels"}, "timezone", "Europe/Brussels"),
        ({"timezone": ""}, "timezone", None),
        ({"name": "  Anne  "}, "name", "Anne"),
        ({"name": "'-Yves"}, "name", "-Yves"),
        ({"name": "'t Hof"}, "name", "'t Hof"),
        ({"name": "👩‍💻 Zoé <3"}, "name", "👩‍💻 Zoé <3"),
        ({"name": "A" * 200}, "name", "A" * 200),
    ],
)
def test_a_cell_is_taken_for_what_people_mean(
    tmp_path: Path, cells: dict[str, str], field: str, value: object
) -> None:
    assert getattr(taken(tmp_path, good(**cells)), field) == value


def test_empty_cells_too_many_are_a_spreadsheets_habit(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,city\na@b.example,x,,\na@b.example,x,y\na@b.example\n")
    found = survey(file)
    results = [read_row(record, terms_for(found)) for record in found.records()]
    assert [one.reason for one in results if isinstance(one, Refusal)] == [
        Reason.NO_EVIDENCE,  # its cells are right; it shows no consent
        Reason.CELLS,
        Reason.CELLS,
    ]


def test_a_stray_quotation_mark_refuses_its_own_row_only(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('email,city\n"a"@b.example,x\nc@d.example,y\n')
    found = survey(file)
    first, second = (read_row(record, terms_for(found)) for record in found.records())
    assert isinstance(first, Refusal)
    assert first.reason is Reason.QUOTING
    assert second.record.cells == ("c@d.example", "y")


def test_a_file_without_an_action_column_claims_the_least(tmp_path: Path) -> None:
    row = taken(tmp_path, good(), without=("consent_action",))
    assert row.evidence.action is Action.GRANTED


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Granted", Action.GRANTED),
        ("opt-in", Action.GRANTED),
        ("double opt-in", Action.CONFIRMED),
        ("confirmée", Action.CONFIRMED),
        ("Désabonné(e)", Action.WITHDRAWN),
        ("désinscrite", Action.WITHDRAWN),
        ("opt-out", Action.WITHDRAWN),
        ("opposition", Action.OBJECTED),
    ],
)
def test_an_action_is_named_in_two_languages(tmp_path: Path, text: str, action: Action) -> None:
    assert taken(tmp_path, good(consent_action=text)).evidence.action is action


def test_an_option_gives_the_source_of_rows_that_do_not_say(tmp_path: Path) -> None:
    row = taken(tmp_path, good(consent_source=""), source="salon du livre 2024")
    assert row.evidence.source == "salon du livre 2024"


def test_a_basis_gives_only_what_a_row_lacks(tmp_path: Path) -> None:
    none = dict.fromkeys(
        ("consent_action", "consent_date", "consent_wording", "consent_source"), ""
    )
    bare = taken(tmp_path, good(**none), basis=BASIS).evidence
    assert (bare.action, bare.at, bare.wording) == (Action.GRANTED, BASIS.at, BASIS.wording)
    assert bare.source == BASIS.text
    assert "consent_date" in bare.detail["from the basis"]
    dated = taken(tmp_path, good(consent_wording=""), basis=BASIS).evidence
    assert (dated.at.year, dated.wording) == (2024, BASIS.wording)


def test_a_basis_mends_no_false_evidence(tmp_path: Path) -> None:
    assert reason(tmp_path, good(consent_date="2025-02-30"), basis=BASIS) is Reason.BAD_DATE
    requested = good(consent_action="requested")
    assert reason(tmp_path, requested, basis=BASIS) is Reason.NOT_CONFIRMED


def test_who_said_no_is_heard_however_thin_the_proof(tmp_path: Path) -> None:
    """GDPR 7(3): and of who left, the address is kept, nothing else."""
    cells = {
        "consent_action": "withdrawn",
        "consent_date": "un jour",
        "consent_wording": "",
        "consent_source": "",
        "name": "http://x.example",
        "locale": "tlh",
    }
    row = taken(tmp_path, good(**cells))
    assert (row.evidence.action, row.evidence.at) == (Action.WITHDRAWN, NOW)
    assert row.evidence.detail == {"stated date": "un jour"}
    assert (row.name, row.locale, row.timezone, row.attributes) == ("", "fr", None, {})


def test_a_date_that_says_less_than_an_instant_is_kept_as_typed(tmp_path: Path) -> None:
    row = taken(tmp_path, good(consent_date="2024-05-06"))
    assert row.evidence.detail == {"stated date": "2024-05-06"}


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Anne", "Le Goff", "Anne Le Goff"),
        ("Anne", "Anne Le Goff", "Anne Le Goff"),
        ("Anne", "LE GOFF Anne", "LE GOFF Anne"),
        ("", "Le Goff", "Le Goff"),
        ("Anne", "", "Anne"),
    ],
)
def test_a_name_is_made_of_two_columns_where_none_holds_it(
    tmp_path: Path, first: str, last: str, name: str
) -> None:
    row = taken(tmp_path, good() | {"prénom": first, "nom": last}, without=("name",))
    assert row.name == name
    assert row.attributes.get("first_name", "") == first


LOCAL = st.text(alphabet="abcXYZ019.+-_'é ", min_size=1, max_size=70)
DOMAINS = st.sampled_from(
    ["courrier.example", "COURRIER.example", "straße.example", "-x.example", "x..y", "x", "a_b.com"]
)


@given(LOCAL, DOMAINS)
def test_the_fast_way_to_read_an_address_is_the_slow_one(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    try:
        slow = Address.parse(text)
    except AddressError:
        slow = None
    if slow is not None and len(slow.local.encode()) > LONGEST_LOCAL_PART:
        slow = None
    try:
        fast = parse_address(text)
    except AddressError:
        fast = None
    assert fast == slow
