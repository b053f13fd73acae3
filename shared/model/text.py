"""Hashed words and pairs of words."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.model.hashing import checksum
from shared.model.values import Row, text

MOST_WORDS = 1_000
"""Words of a row that are read, shared equally among its text fields: bounds a row's size."""

_WORD = re.compile(r"\w+")


def word_hashes(content: str, start: int, most: int) -> list[int]:
    """CRC-32 of the lower-cased words, then of each two neighbours; `start` is the field's own."""
    words = [b" " + word.encode() for word in _WORD.findall(content.lower())[:most]]
    singles = [zlib.crc32(word, start) for word in words]
    return singles + list(map(zlib.crc32, words[1:], singles))


def text_counts(
    rows: Sequence[Row], names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
    """Row, hash and count of every distinct word or pair, ordered by row and hash."""
    most = MOST_WORDS // max(1, min(len(names), MOST_WORDS))
    starts = [checksum(name) for name in names]
    hashes: list[int] = []
    lengths = np.empty(len(rows), np.int64)
    for i, row in enumerate(rows):
        before = len(hashes)
        for name, start in zip(names, starts, strict=True):
            hashes += word_hashes(text(row.get(name)), start, most)
        lengths[i] = len(hashes) - before
    row_of = np.repeat(np.arange(len(rows), dtype=np.uint64), lengths)
    keys = (row_of << np.uint64(32)) | np.array(hashes, np.uint64)
    distinct, counts = np.unique(keys, return_counts=True)
    return (
        (distinct >> np.uint64(32)).astype(np.int64),
        distinct & np.uint64(0xFFFFFFFF),
        counts,
    )
