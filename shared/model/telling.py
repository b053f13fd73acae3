"""Values of a category in the order of what they tell about the label."""

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Floats

LEAST = 5.0
"""Examples of a value before it is asked what it tells: few agree by chance."""
DOUBT = 5.0
"""A value's shares of the labels are drawn to those of all, as if by so many examples more."""
SURE = 3.0
"""Standard deviations above chance by which values must differ."""


def told_order(masses: Floats) -> tuple[NDArray[np.int64], int]:
    """The place of each value, from 1 on, and that of a value of which nothing is known.

    Trees cut a field in two, so values that tell the same should stand side by side. With two
    labels the order is that of a label's share (Breiman et al. 1984, section 4.2.2); with more,
    that of the direction in which the shares differ most (Coppersmith, Hong and Hosking 1999).
    Rare values share the place of the unknown one, between those that speak for and against.
    Where values differ no more than by chance, an order by labels would be learned by heart: there
    the more frequent come first, and the unknown has place 0.

    Args:
        masses: how much of each label was seen with each value, shape (values, labels).
    """
    counts = masses.sum(axis=1, keepdims=True)
    usual = masses.sum(axis=0) / counts.sum()
    apart = masses / np.maximum(counts, 1e-9) - usual
    apart *= counts >= LEAST
    if not _differ(counts, apart, usual):
        return np.argsort(np.argsort(-counts[:, 0], kind="stable")) + 1, 0
    apart *= counts / (counts + DOUBT)
    _, _, directions = np.linalg.svd(np.sqrt(counts) * apart, full_matrices=False)
    scores = np.append((apart * directions[0]).sum(axis=1), 0.0)
    places = np.unique(scores, return_inverse=True)[1] + 1
    return places[:-1], int(places[-1])


def _differ(counts: Floats, apart: Floats, usual: Floats) -> bool:
    """Whether the labels vary more between values than chance would have it.

    An analysis of variance for categories (Light and Margolin 1971): by chance the ratio is about
    1, and spreads as that of a chi-square with one degree of freedom for each value but one.
    """
    freedom = int((counts >= LEAST).sum()) - 1
    chance = freedom * (1 - (usual * usual).sum())
    if chance <= 0:
        return False
    ratio = (counts * apart * apart).sum() / chance
    return bool(ratio > 1 + SURE * np.sqrt(2 / freedom))
