"""Which words of a row weigh most."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shared.model.features import NORM
from shared.model.probabilities import Floats
from shared.model.text import Words


def loudest_words(
    words: Words, pulls: NDArray[np.float32], most: int
) -> Iterator[list[tuple[str, str, float]]]:
    """Field, word and share of the words of each row that weigh most; a pair is halved.

    Args:
        words: as they were read.
        pulls: how far each of `words.hashes` pulls, once.
        most: how many of a row.
    """
    row_of, field_of = words.row_of, words.field_of
    distinct, first, which, counts = np.unique(
        words.keys, return_index=True, return_inverse=True, return_counts=True
    )
    totals = np.bincount(row_of, minlength=words.rows)
    each = NORM * pulls / np.sqrt(counts[which] * totals[row_of])
    shares = _by_word(words, each, which, len(distinct))
    bounds = np.searchsorted(row_of[first], np.arange(words.rows + 1)).tolist()
    for start, end in pairwise(bounds):
        best = start + np.argsort(-np.abs(shares[start:end]), kind="stable")[:most]
        places = [(int(first[at]), float(shares[at])) for at in best if shares[at]]
        yield [
            (words.fields[field_of[at]], words.words[at][1:].decode(), share)
            for at, share in places
        ]


def _by_word(words: Words, each: Floats, which: NDArray[np.int64], distinct: int) -> Floats:
    """What each distinct word adds, wherever it stands; what is a pair gets nothing."""
    count, left = len(words.words), words.left_of
    own, halves = each[:count].astype(np.float64), each[count:] / 2
    own[left] += halves
    own[left + 1] += halves
    return np.bincount(which[:count], weights=own, minlength=distinct).astype(np.float64)
