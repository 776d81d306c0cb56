"""Body text arrives as it was written, whatever stands beside it."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.errors import Where
from mailer.message import BodyError, check_text, encode_chunk, encode_value
from message.physical_lines import assert_wire_ready
from message.texts import NAMES, SUBJECT, bodies, values


def decoded(wire: bytes) -> str:
    """The text by Python's decoder, lines ending in LF again."""
    return quopri.decodestring(wire).replace(b"\r\n", b"\n").decode()


def slow_reference(text: str) -> bytes:
    """The same bytes, one atom at a time, as the rules are told to a person."""
    wire = ""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        is_open = at == len(lines) - 1
        if is_open and not line:
            break
        wire += "".join(_physical_lines(_atoms(line), 75 if is_open else 76))
        wire += "=\r\n" if is_open else "\r\n"
    return wire.encode("ascii")


def _atoms(line: str) -> list[str]:
    """Each character as it is written where nothing special stands before it on its line."""
    atoms: list[str] = []
    for at, character in enumerate(line):
        if character == " ":
            beside_another = atoms[-1:] == [" "]
            ends_the_line = at + 1 == len(line)
            atoms.append("=20" if beside_another or ends_the_line else " ")
        elif "!" <= character <= "~" and character != "=":
            atoms.append(character)
        else:
            atoms.append("".join(f"={octet:02X}" for octet in character.encode()))
    return atoms


def _physical_lines(atoms: list[str], width: int) -> list[str]:
    lines: list[str] = []
    while True:
        if "".join(atoms[:1]) == ".":
            atoms = ["=2E", *atoms[1:]]
        if "".join(atoms[:5]) == "From ":
            atoms = ["=46", *atoms[1:]]
        if sum(map(len, atoms)) <= width:
            return [*lines, "".join(atoms)]
        taken = 0
        while len("".join(atoms[: taken + 1])) <= 75:
            taken += 1
        if atoms[taken - 1] == " ":
            taken -= 1
        lines.append("".join(atoms[:taken]) + "=\r\n")
        atoms = atoms[taken:]


@given(st.lists(bodies, max_size=6))
@example(["Bonjour ", "Marie", ",\n\n", ".", "\n", ".\n", "From ", "here  \n"])
@example(["x" * 75, "\n", "x" * 76 + "\n", "y" * 77])
def test_joined_chunks_decode_to_the_joined_texts_and_hold_to_every_rule(texts: list[str]) -> None:
    """No joint breaks a line, doubles a space or changes a character."""
    wire = b"".join(map(encode_chunk, texts))
    assert_wire_ready(wire)
    assert decoded(wire) == "".join(texts)


@given(bodies)
@example("   ")
@example("a     b      c \n ")
def test_a_chunk_is_what_the_slow_reference_writes(text: str) -> None:
    assert encode_chunk(text) == slow_reference(text)


@given(values)
@example("x" * 75)
@example("x" * 76)
@example("a  b")
@example("")
def test_a_value_is_written_as_a_chunk_is(value: str) -> None:
    """The fast path is no second opinion."""
    assert encode_value(value) == encode_chunk(value) == slow_reference(value)


@pytest.mark.parametrize("name", [*NAMES, SUBJECT])
def test_a_value_between_two_pieces_of_fixed_text_leaves_them_alone(name: str) -> None:
    before, after = encode_chunk("<p>Bonjour "), encode_chunk(".\nFrom us</p>\n")
    wire = before + encode_value(name) + after
    assert_wire_ready(wire)
    assert decoded(wire) == f"<p>Bonjour {name}.\nFrom us</p>\n"


def test_nothing_is_nothing_and_a_line_break_a_hard_one() -> None:
    assert encode_chunk("") == b""
    assert encode_chunk("\n") == b"\r\n"
    assert encode_chunk("a") == b"a=\r\n"
    assert encode_chunk("a\n") == b"a\r\n"


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        (".", b"=2E=\r\n"),
        ("..\n", b"=2E.\r\n"),
        ("From me\n", b"=46rom me\r\n"),
        ("Fromage\n", b"Fromage\r\n"),
        ("a\tb\n", b"a=09b\r\n"),
        ("a \n", b"a=20\r\n"),
        ("1+1=2\n", b"1+1=3D2\r\n"),
        ("é\n", b"=C3=A9\r\n"),
        ("x" * 75 + ".b\n", b"x" * 75 + b"=\r\n=2Eb\r\n"),
        ("x" * 74 + " bc\n", b"x" * 74 + b"=\r\n bc\r\n"),
        ("x" * 74 + "é\n", b"x" * 74 + b"=\r\n=C3=A9\r\n"),
        ("x" * 76 + "\n", b"x" * 76 + b"\r\n"),
    ],
)
def test_each_rule_shows_in_its_example(text: str, wire: bytes) -> None:
    assert encode_chunk(text) == wire


@pytest.mark.parametrize("bad", ["a\rb", "a\r\nb", "a\0b", "a\ud83d"])
def test_a_text_that_no_body_can_carry_is_refused_with_its_place(bad: str) -> None:
    with pytest.raises(BodyError, match=r"issue\.md:7: .* in line 2 of"):
        check_text("first\n" + bad, where=Where("issue.md", 7))
    check_text("first\nsecond\n")


@pytest.mark.parametrize("bad", ["a\nb", "a\r", "\r\n.\r\n", "a\0", "\udc00"])
def test_a_value_never_writes_lines_of_its_own(bad: str) -> None:
    """Refused, not stripped."""
    with pytest.raises(BodyError, match=r"U\+"):
        encode_value(bad)


def test_half_a_surrogate_pair_is_our_error_in_a_chunk_too() -> None:
    with pytest.raises(BodyError, match="surrogate"):
        encode_chunk("a\ud83d")
