"""Hashed words and pairs of words."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.hashing import checksum
from shared.model.values import Row, text

MOST_WORDS = 1_000
"""Words of a row that are read, shared equally among its text fields: bounds a row's size."""

_WORD = re.compile(r"\w+")
_ASCII_WORD = re.compile(rb"\w+")
"""Finds the same in a text of nothing else, and spares encoding word by word."""


@dataclass(frozen=True)
class Words:
    """Every word of some rows where it stands, and every pair of neighbours.

    Attributes:
        fields: the text fields.
        words: lower-cased, each after a space, row by row and field by field.
        lengths: how many words, shape (rows, fields).
        hashes: CRC-32 of all words, then of all pairs of neighbours; that of a field's name first.
    """

    fields: Sequence[str]
    words: Sequence[bytes]
    lengths: NDArray[np.int64]
    hashes: NDArray[np.uint64]

    @classmethod
    def read(cls, rows: Sequence[Row], fields: Sequence[str]) -> Self:
        """Read the text fields."""
        most = MOST_WORDS // max(1, min(len(fields), MOST_WORDS))
        starts = [checksum(name) for name in fields]
        words: list[bytes] = []
        singles: list[int] = []
        pairs: list[int] = []
        lengths = np.empty((len(rows), len(fields)), np.int64)
        for i, row in enumerate(rows):
            for j, (name, start) in enumerate(zip(fields, starts, strict=True)):
                found = _words_of(text(row.get(name)), most)
                alone = list(map(zlib.crc32, found, repeat(start)))
                words += found
                singles += alone
                pairs += map(zlib.crc32, found[1:], alone)
                lengths[i, j] = len(found)
        return cls(fields, words, lengths, np.array(singles + pairs, np.uint64))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.lengths)

    @property
    def field_of(self) -> NDArray[np.int64]:
        """The field of each word."""
        fields = np.tile(np.arange(len(self.fields)), self.rows)
        return np.repeat(fields, self.lengths.ravel())

    @property
    def left_of(self) -> NDArray[np.int64]:
        """The left word of each pair."""
        lengths = self.lengths.ravel()
        has_right = np.ones(len(self.words), np.bool_)
        has_right[np.cumsum(lengths)[lengths > 0] - 1] = False
        return np.flatnonzero(has_right)

    @property
    def row_of(self) -> NDArray[np.int64]:
        """The row of each of `hashes`."""
        singles = self.lengths.sum(axis=1)
        pairs = np.maximum(self.lengths - 1, 0).sum(axis=1)
        rows = np.arange(self.rows)
        return np.concatenate([np.repeat(rows, singles), np.repeat(rows, pairs)])

    @property
    def keys(self) -> NDArray[np.uint64]:
        """The row in the upper half, the hash in the lower: orders by row, then by hash."""
        return (self.row_of.astype(np.uint64) << np.uint64(32)) | self.hashes

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
        """Row, hash and count of every distinct word or pair, ordered by row and hash."""
        distinct, counts = np.unique(self.keys, return_counts=True)
        rows = (distinct >> np.uint64(32)).astype(np.int64)
        return rows, distinct & np.uint64(0xFFFFFFFF), counts


def _words_of(content: str, most: int) -> list[bytes]:
    content = content.lower()
    if content.isascii():
        return [b" " + word for word in _ASCII_WORD.findall(content.encode())[:most]]
    return [b" " + word.encode() for word in _WORD.findall(content)[:most]]
