"""Columns are recognised by the names people give them."""

import pytest

from mailer.errors import Where
from mailer.importing import Columns, recognise_columns


def columns(*names: str) -> Columns:
    return recognise_columns(names, Where("people.csv", 1))


@pytest.mark.parametrize(
    "name", ["email", "E-Mail", "e_mail", "Courriel", "MAIL", " Adresse e-mail ", "Adresse", "Mél"]
)
def test_an_address_column_has_many_names(name: str) -> None:
    assert columns("Nom", name).fields["email"] == 1


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Prénom", "first_name"),
        ("Nom complet", "name"),
        ("Last Name", "last_name"),
        ("Langue", "locale"),
        ("Fuseau horaire", "timezone"),
        ("Date d’inscription", "consent_date"),
        ("Consent Wording", "consent_wording"),
        ("consent-source", "consent_source"),
        ("Adresse IP", "consent_ip"),
    ],
)
def test_french_and_english_names_are_known(name: str, field: str) -> None:
    assert columns("email", name).described() == {"email": "email", name: field}


def test_what_is_not_known_becomes_an_attribute() -> None:
    found = columns("email", "Ville préférée")
    assert found.described()["Ville préférée"] == "attribute ville_preferee"


def test_an_address_beside_an_e_mail_is_a_street() -> None:
    assert columns("Adresse", "Courriel").described() == {
        "Adresse": "attribute adresse",
        "Courriel": "email",
    }


def test_nom_beside_prenom_is_the_familys() -> None:
    assert columns("email", "Nom", "Prénom").fields["last_name"] == 1
    assert columns("email", "Nom").fields["name"] == 1


def test_a_column_without_a_name_is_left_out_and_said_so() -> None:
    assert columns("email", "").described() == {"email": "email", "column 2": "left out"}


def test_the_columns_a_report_added_are_passed_over() -> None:
    described = columns("refused_row", "refused_because", "email").described()
    assert described["refused_row"] == described["refused_because"] == "left out"
