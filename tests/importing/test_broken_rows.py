"""The sample's broken rows, each with what becomes of it; its first column says what it is."""

import csv
from pathlib import Path

import pytest

from builders import ROOT
from importing.files import import_file
from mailer.importing import Reason
from mailer.store import Store

BROKEN = ROOT / "subscribers" / "broken.csv"
CAFE = ROOT / "subscribers" / "cafe.csv"
TAKEN, MERGED = "taken", "merged"

# By how the note begins; the longest that fits counts.
FATES = {
    "bonne ligne": TAKEN,
    "pas d’arobase": Reason.BAD_ADDRESS,
    "deux arobases": Reason.BAD_ADDRESS,
    "une espace dans l’adresse": Reason.BAD_ADDRESS,
    "adresse vide": Reason.NO_ADDRESS,
    "rien avant l’arobase": Reason.BAD_ADDRESS,
    "rien après l’arobase": Reason.BAD_ADDRESS,
    "deux points de suite": Reason.BAD_ADDRESS,
    "point en fin de partie locale": Reason.BAD_ADDRESS,
    "partie locale de 65 caractères": Reason.BAD_ADDRESS,
    "domaine sans point": Reason.BAD_ADDRESS,
    "étiquette": Reason.BAD_ADDRESS,
    "adresse entre chevrons": Reason.BAD_ADDRESS,
    "deux adresses dans une cellule": Reason.BAD_ADDRESS,
    "adresse IP en guise de domaine": Reason.BAD_ADDRESS,
    "caractère invisible": Reason.BAD_ADDRESS,
    "date du consentement manquante": Reason.NO_EVIDENCE,
    "texte du consentement manquant": Reason.NO_EVIDENCE,
    "source du consentement manquante": Reason.NO_EVIDENCE,
    "action manquante": Reason.NO_EVIDENCE,
    "aucune preuve du tout": Reason.NO_EVIDENCE,
    "action inconnue": Reason.BAD_ACTION,
    "demande jamais confirmée": Reason.NOT_CONFIRMED,
    "trop peu de colonnes": Reason.CELLS,
    "trop de colonnes": Reason.CELLS,
    "date": Reason.BAD_DATE,
    "heure impossible": Reason.BAD_DATE,
    "adresse IP impossible": TAKEN,
    "langue inconnue": Reason.BAD_LOCALE,
    "fuseau inconnu": Reason.BAD_TIMEZONE,
    "formule de tableur dans le nom": Reason.BAD_NAME,
    "adresse web dans le nom": Reason.BAD_NAME,
    "ligne aux cellules vides": Reason.NO_ADDRESS,
    "caractères de commande dans le nom": Reason.BAD_NAME,
    "retour à la ligne dans le nom": Reason.BAD_NAME,
    "inversion du sens": Reason.BAD_NAME,
    "nom de plus de 200 caractères": Reason.BAD_NAME,
    "doublon": MERGED,
    "désabonné dans cafe.csv": Reason.LEFT,
}


def notes() -> list[tuple[int, str]]:
    """Row and note of every row that says something."""
    with BROKEN.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    return [(number, row[0]) for number, row in enumerate(rows, 1) if row and number > 1]


def fate_of(note: str) -> str:
    return FATES[max((start for start in FATES if note.startswith(start)), key=len)]


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> dict[int, str]:
    """What became of each row that was not taken, after the good sample was imported."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "mailer.db").write_bytes(migrated_sqlite.read_bytes())
    store = Store(f"sqlite:///{folder / 'mailer.db'}")
    import_file(store, CAFE)
    import_file(store, BROKEN, report=folder / "report.csv")
    store.close()
    with (folder / "report.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = csv.DictReader(stream)
        return {int(line["refused_row"]): line["refused_because"] for line in lines}


@pytest.mark.parametrize(("row", "note"), notes())
def test_a_row_has_its_fate(fates: dict[int, str], row: int, note: str) -> None:
    fate = fate_of(note)
    if fate in {TAKEN, MERGED}:
        assert row not in fates
    else:
        assert fates[row].startswith(fate)


def test_the_figures_of_the_broken_sample(store: Store) -> None:
    import_file(store, CAFE)
    figures = import_file(store, BROKEN).figures
    expected = [fate_of(note) for _, note in notes()]
    assert figures.read == len(expected)
    assert figures.imported.total() == expected.count(TAKEN)
    assert figures.merged == expected.count(MERGED)
    assert figures.blank == 1


def test_the_good_sample_is_taken_whole(store: Store) -> None:
    figures = import_file(store, CAFE).figures
    assert (figures.read, figures.imported.total(), figures.merged) == (304, 301, 3)
    assert not figures.refused
