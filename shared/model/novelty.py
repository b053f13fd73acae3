"""How far a row is from all that was learned, field by field.

A value is strange that was never seen: a category, a word, a number far outside, a combination of
fields. How strange differs by field: where new names come every day, a new one says nothing. So
each field's strangeness is held against what was usual for it, as told by examples that were
judged before they were learned.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.features import FeatureEncoder
from shared.model.probabilities import Floats
from shared.model.state import ModelState

_FAR = 4.0
"""Standard deviations beyond the first one that make a number half as strange as can be."""

_MEMORY = 500
"""So many examples make what is usual; older ones fade."""

_DEVIATIONS = 3.0
"""Above its mean, a field's strangeness is still usual up to so many standard deviations."""

_GRAIN = 1000
"""Novelty is told in thousandths."""


def strangeness(encoder: FeatureEncoder, rows: Encoded, seen: NDArray[np.bool_]) -> Floats:
    """How strange each part of each row is, 0 to 1.

    Args:
        encoder: that has encoded the rows.
        rows: the rows.
        seen: which columns occurred in what was learned, shape (width,).

    Returns:
        Shape (rows, parts): one for each number, category and boolean, in the order of
        `names_of`, then the share of combinations never seen, then that of words and pairs of words
        if there is text.
    """
    layout = encoder.layout
    unknown = ~seen.take(rows.table.columns).reshape(len(rows), -1)
    distances = np.abs(rows.values.numbers - encoder.bins.centres[:, None])
    beyond = np.nan_to_num(distances / encoder.bins.scales[:, None]).T - 1
    numbers = np.maximum(unknown[:, layout.bins], _squashed(np.maximum(beyond, 0)))
    parts = [numbers, unknown[:, layout.categories].astype(float)]
    parts.append(_share(unknown[:, layout.crosses]))
    if rows.text is not None:
        parts.append(_strange_words(rows, seen))
    return np.concatenate(parts, axis=1)


def names_of(encoder: FeatureEncoder) -> list[str]:
    """What the columns of `strangeness` are, fields by their names."""
    texts = ["words"] if encoder.reads_text else []
    return [*encoder.table_fields, "combinations", *texts]


class Habits:
    """How strange each part usually is.

    Attributes:
        names: of the parts.
        count: examples seen.
        means: of the strangeness of late, shape (parts,).
        squares: the means of its square.
    """

    def __init__(self, names: Sequence[str], count: int, means: Floats, squares: Floats) -> None:
        if not len(names) == len(means) == len(squares):
            raise ValueError(f"habits of {len(means)} parts for {len(names)}")
        self.names, self.count = list(names), count
        self.means, self.squares = means, squares

    @classmethod
    def start(cls, names: Sequence[str]) -> Self:
        """Everything is usual as long as nothing is known."""
        return cls(names, 0, np.ones(len(names)), np.ones(len(names)))

    def learn(self, strange: Floats) -> None:
        """Take in one example as it was before it was learned, shape (parts,)."""
        self.count += 1
        rate = 1 / min(self.count, _MEMORY)
        self.means = self.means + rate * (strange - self.means)
        self.squares = self.squares + rate * (strange * strange - self.squares)

    @property
    def usual(self) -> Floats:
        """Up to here strangeness is usual, shape (parts,); 1 if anything is."""
        if not self.count:
            return np.ones(len(self.names))
        spread = np.sqrt(np.maximum(self.squares - self.means**2, 0))
        highest: Floats = np.minimum(self.means + _DEVIATIONS * spread, 1)
        return highest

    def state(self) -> ModelState:
        """For `from_state`."""
        document = {"names": self.names, "count": self.count}
        return ModelState(document, {"means": self.means, "squares": self.squares})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The habits that `state` was taken of."""
        arrays, said = state.arrays, state.document
        means, squares = (arrays[name].astype(np.float64) for name in ("means", "squares"))
        return cls([str(name) for name in said["names"]], int(said["count"]), means, squares)


def novelty(strange: Floats, usual: Floats) -> Floats:
    """How far rows are from what was learned, shape (rows,), 0 to 1.

    Each part adds what is above its usual strangeness, as if each had its own chance to be noticed:

        1 - Π (1 - max(0, strangeness - usual))
    """
    excess = np.maximum(strange - usual, 0)
    novel: Floats = np.rint((1 - np.prod(1 - excess, axis=1)) * _GRAIN) / _GRAIN
    return novel


def _squashed(beyond: Floats) -> Floats:
    squashed: Floats = beyond / (beyond + _FAR)
    return squashed


def _share(unknown: NDArray[np.bool_]) -> Floats:
    """The share of each row, shape (rows, 1); 0 of nothing."""
    share: Floats = unknown.sum(axis=1, keepdims=True) / max(1, unknown.shape[1])
    return share


def _strange_words(rows: Encoded, seen: NDArray[np.bool_]) -> Floats:
    """The share of words and pairs of words never seen, by how often they occur."""
    assert rows.text is not None  # noqa: S101 - it was asked
    text = rows.text
    row_of = np.repeat(np.arange(len(text)), np.diff(text.ends))
    weights = text.values.astype(np.float64) ** 2
    unknown = np.bincount(row_of, weights * ~seen[text.columns], len(text))
    total = np.bincount(row_of, weights, len(text))
    share: Floats = unknown / np.where(total > 0, total, 1)
    return share[:, None]
