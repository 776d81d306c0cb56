"""A refusal is about the address, about us, or about this moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.outcomes import DEAD_CODES, Verdict, Watch, verdict, verdict_of


@pytest.mark.parametrize(
    ("code", "enhanced", "expected"),
    [
        (550, "5.1.1", Verdict.DEAD),
        (550, "5.1.10", Verdict.DEAD),
        (550, "5.2.1", Verdict.DEAD),
        (550, "5.7.1", Verdict.POLICY),
        (421, "4.7.0", Verdict.POLICY),
        (552, "5.2.2", Verdict.SOFT),
        (451, "4.3.0", Verdict.SOFT),
        (450, "", Verdict.SOFT),
        (550, "", Verdict.HARD),
        (554, "5.6.0", Verdict.HARD),
    ],
)
def test_whom_an_answer_is_about(code: int, enhanced: str, expected: Verdict) -> None:
    assert verdict(code, enhanced) is expected


def test_the_words_of_a_recorded_answer_say_the_same() -> None:
    assert verdict_of("550 5.1.1 no such user") is Verdict.DEAD
    assert verdict_of("not delivered within 48 h; last answer: 452 4.2.2 full") is Verdict.SOFT
    assert verdict_of("the relay does not take SMTPUTF8") is None


@given(st.sampled_from(sorted(DEAD_CODES)), st.integers(500, 559))
def test_a_dead_address_is_dead_whatever_the_reply_code(enhanced: str, code: int) -> None:
    assert verdict(code, enhanced) is Verdict.DEAD


def test_twenty_refusals_by_policy_in_a_row_trip_the_breaker_with_the_servers_words() -> None:
    watch = Watch()
    said = [watch.saw("a.example", Verdict.POLICY, "550 5.7.1 blocked") for _ in range(20)]
    assert not any(said[:-1])
    assert "550 5.7.1 blocked" in said[-1]


def test_one_acceptance_among_them_does_not() -> None:
    watch = Watch()
    for number in range(60):
        kind = None if number % 15 == 14 else Verdict.POLICY
        assert watch.saw("a.example", kind, "550 5.7.1 blocked") == ""


def test_the_brake_trips_over_five_percent_of_a_hundred() -> None:
    watch = Watch()
    for number in range(94):
        assert watch.saw(f"{number}.example", None, "") == ""
    said = [watch.saw(f"x{number}.example", Verdict.DEAD, "550 5.1.1 no") for number in range(6)]
    assert said[:5] == [""] * 5
    assert said[5].startswith("6.0 % of 100")


def test_a_domain_that_refuses_all_alike_trips_it_too() -> None:
    watch = Watch()
    said = [watch.saw("one.example", Verdict.HARD, "550 no") for _ in range(20)]
    assert not any(said[:-1])
    assert said[-1].startswith("one.example refuses everybody")
