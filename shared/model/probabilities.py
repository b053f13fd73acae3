"""Small functions of probabilities and labels."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)

FEW = 7
"""Up to so many labels numpy adds one after the other as well: both ways give the same bits."""


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(logits - over_labels(np.maximum, logits))
    probabilities: Floats = powers / over_labels(np.add, powers)
    return probabilities


def log_softmax(logits: Floats) -> Floats:
    """Logarithms of probabilities along the last axis."""
    shifted = logits - over_labels(np.maximum, logits)
    logarithms: Floats = shifted - np.log(over_labels(np.add, np.exp(shifted)))
    return logarithms


def centred(logarithms: Floats) -> Floats:
    """The same, less their mean along the last axis."""
    labels = logarithms.shape[-1]
    around: Floats = logarithms - over_labels(np.add, logarithms) / labels
    return around


def over_labels(combine: np.ufunc, table: Floats) -> Floats:
    """Combine along the last axis, which stays with length 1.

    numpy is slow at many short sums; with few labels whole columns are added instead.
    """
    labels = table.shape[-1]
    if labels > FEW:
        combined: Floats = combine.reduce(table, axis=-1, keepdims=True)
        return combined
    combined = table[..., :1]
    for label in range(1, labels):
        combined = combine(combined, table[..., label : label + 1])
    return combined


def abreast(opinions: Sequence[NDArray[np.float32] | Floats]) -> Floats:
    """Several arrays of opinions (rows, n, labels), one after the other along the middle.

    With few labels the rows lie together in memory, so that whole columns are computed at once;
    sums over opinions have the same bits either way.
    """
    rows, labels = len(opinions[0]), opinions[0].shape[2]
    count = sum(said.shape[1] for said in opinions)
    if labels > FEW:
        return np.concatenate(opinions, axis=1, dtype=np.float64)
    joined = np.empty((count, labels, rows)).transpose(2, 0, 1)
    return np.concatenate(opinions, axis=1, out=joined)


def relabel(array: NDArray[Number], sources: Sequence[int | None]) -> NDArray[Number]:
    """Pick the last axis by `sources`, zeros where None."""
    picked = array[..., [source or 0 for source in sources]]
    picked[..., [source is None for source in sources]] = 0
    return picked
