"""A hash tree as RFC 9162 2.1 has it: one root for many records, a short path for each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

# Leaves and nodes are hashed apart, so that no node can pass for a record (RFC 9162 2.1.1).
_LEAF = b"\0"
_NODE = b"\1"


def leaf_hash(record: bytes) -> bytes:
    """The hash that stands for one record."""
    return hashlib.sha256(_LEAF + record).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes, in their order."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def path_to(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root, lowest first (RFC 9162 2.1.3.1)."""
    path = []
    level = list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        level = _parents(level)
        index //= 2
    return path


def root_by_path(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its path lead to; None where the path does not fit (2.1.3.2)."""
    if not 0 <= index < count:
        return None
    node, place, last = leaf, index, count - 1
    for beside in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            node = _parent(beside, node)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = _parent(node, beside)
        place, last = place // 2, last // 2
    return node if last == 0 else None


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """The level above; a last node without a partner rises as it is."""
    above = [_parent(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return above if len(level) % 2 == 0 else [*above, level[-1]]


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
