"""What a publisher reads about importing is what the code does."""

import pytest

from builders import ROOT
from mailer.importing import DELIMITERS, Reason
from mailer.importing.columns import Field
from mailer.importing.values import LONGEST_ATTRIBUTE, LONGEST_NAME, LONGEST_SOURCE, LONGEST_WORDING

PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_explained(reason: Reason) -> None:
    assert reason in PAGE


@pytest.mark.parametrize("field", list(Field))
def test_every_column_is_named(field: Field) -> None:
    assert f"`{field}`" in PAGE


@pytest.mark.parametrize(
    "limit", [LONGEST_ATTRIBUTE, LONGEST_NAME, LONGEST_SOURCE, LONGEST_WORDING]
)
def test_every_limit_is_told(limit: int) -> None:
    assert f"over {limit:,} characters" in PAGE


def test_every_delimiter_is_told() -> None:
    assert all(f"`{mark}`" in PAGE or name in PAGE for mark, name in DELIMITERS.items())
