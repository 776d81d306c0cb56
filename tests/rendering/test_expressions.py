"""Stage two's language knows a short list of things, and says so of all others."""

from __future__ import annotations

import pytest

from mailer.rendering import NAMES, FillError, evaluator
from mailer.rendering.expressions import ExpressionError, names_in

READER = {
    "subscriber.name": "Marie Durand",
    "subscriber.locale": "fr",
    "subscriber.attributes.city": "Lyon",
    "links.view": "https://cafe.example/v",
    "test": False,
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("subscriber.name", "Marie Durand"),
        ("subscriber.first_name", ""),
        ("subscriber.attributes.city", "Lyon"),
        ("subscriber.attributes.age", ""),
        ("subscriber.first_name or 'vous'", "vous"),
        ("subscriber.name and subscriber.locale", "fr"),
        ("not test", True),
        ("subscriber.locale == 'fr'", True),
        ("subscriber.locale != 'fr'", False),
        ("'a' if test else 'b'", "b"),
        ("'a' if test", ""),
        ("subscriber.first_name is none", True),
        ("subscriber.name is not none", True),
        ("subscriber.name is defined", True),
        ("(links.view or links.share) and not test", True),
        ("2 < 3", True),
        ("true", True),
    ],
)
def test_an_expression_is_evaluated_for_one_reader(expression: str, value: object) -> None:
    assert evaluator(expression)(READER) == value


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_missing_is_the_empty_string(name: str) -> None:
    assert evaluator(name)({}) == ""


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("subscriber.nam", "did you mean subscriber.name?"),
        ("link.view", "did you mean links.view?"),
        ("subscriber", "there is no 'subscriber'"),
        ("subscriber.attributes", "there is no"),
        ("subscriber.attributes.a.b", "there is no"),
        ("subscriber.name | upper", "a filter"),
        ("subscriber.name.upper()", "a call"),
        ("subscriber['name']", "a subscript"),
        ("subscriber.name ~ 'x'", "Concat"),
        ("1 + 1", "Add"),
        ("[1]", "List"),
        ("subscriber.name is string", "not `is string`"),
        ("1 < 2 < 3", "compare two values"),
        ("'a' in subscriber.name", "compare two values"),
        ("", "empty"),
        ("a b", "expected"),
        ("x ]] [[ y", "not one expression"),
    ],
)
def test_everything_else_is_refused_with_its_name(expression: str, complaint: str) -> None:
    with pytest.raises(ExpressionError, match=complaint.replace("?", r"\?")):
        evaluator(expression)


def test_comparing_unlike_things_is_an_error_that_quotes_the_expression() -> None:
    with pytest.raises(FillError, match=r"«subscriber.name < 3» compares unlike things"):
        evaluator("subscriber.name < 3")(READER)


def test_the_names_an_expression_uses_are_known() -> None:
    used = names_in("links.view or (subscriber.attributes.city if test else 'x')")
    assert used == {"links.view", "subscriber.attributes.city", "test"}
