"""The hash tree, held against RFC 9162's own recursive definition."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from mailer.consent.merkle import leaf_hash, path_to, root_by_path, root_of

SIZES = st.integers(min_value=1, max_value=70)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def by_the_book(level: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, as it is written: split at the largest power of two below the size."""
    if not level:
        return hashlib.sha256(b"").digest()
    if len(level) == 1:
        return level[0]
    k = 1 << (len(level) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + by_the_book(level[:k]) + by_the_book(level[k:])).digest()


@given(st.integers(min_value=0, max_value=70))
def test_the_root_is_the_one_the_standard_defines(count: int) -> None:
    assert root_of(leaves(count)) == by_the_book(leaves(count))


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != root_of([left, right])


@given(SIZES, st.data())
def test_every_leaf_has_a_path_to_the_root(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=count - 1))
    level = leaves(count)
    assert root_by_path(level[index], index, count, path_to(level, index)) == root_of(level)


@given(SIZES, st.data())
def test_no_other_leaf_place_size_or_path_leads_there(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=count - 1))
    level = leaves(count)
    root, path = root_of(level), path_to(level, index)
    assert root_by_path(leaf_hash(b"other"), index, count, path) != root
    for other in {*range(count + 1)} - {index}:
        assert root_by_path(level[index], other, count, path) != root
    assert root_by_path(level[index], index, count, [*path, root]) != root
    if path:
        assert root_by_path(level[index], index, count, path[:-1]) != root
    assert root_by_path(level[index], -1, count, path) is None
