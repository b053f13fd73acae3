"""Small functions of probabilities and labels."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def log_softmax(logits: Floats) -> Floats:
    """Logarithms of probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logarithms: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logarithms


def relabel(array: NDArray[Number], sources: Sequence[int | None]) -> NDArray[Number]:
    """Pick the last axis by `sources`, zeros where None."""
    picked = array[..., [source or 0 for source in sources]]
    picked[..., [source is None for source in sources]] = 0
    return picked
