"""A tree of hashes over a list, as RFC 9162 (section 2.1) defines it: one root stands for it all.

That an entry is in the list is shown by some ten hashes, without the other entries.
"""

import hashlib
from collections.abc import Sequence


def leaf(content: bytes) -> bytes:
    """The hash of one entry; marked, so that no inner node can pass for one."""
    return hashlib.sha256(b"\x00" + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for a list of leaves.

    >>> root([leaf(b"a")]) == leaf(b"a")
    True
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the way from a leaf to the root."""
    beside, level = list[bytes](), leaves
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            beside.append(level[other])
        level, index = _above(level), index // 2
    return beside


def climb(start: bytes, index: int, size: int, beside: Sequence[bytes]) -> bytes | None:
    """The root to which a leaf leads; None: so many hashes do not fit such a list.

    >>> leaves = [leaf(bytes([number])) for number in range(5)]
    >>> climb(leaves[3], 3, 5, path(leaves, 3)) == root(leaves)
    True
    """
    found, rest = start, list(beside)
    while size > 1:
        if index % 2 or index + 1 < size:
            if not rest:
                return None
            other = rest.pop(0)
            found = _node(other, found) if index % 2 else _node(found, other)
        index, size = index // 2, (size + 1) // 2
    return None if rest else found


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level; a last one without a partner goes up as it is."""
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
