"""Hashing and draws that depend on nothing but their arguments, on every machine."""

import zlib

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]


def mix64(values: Keys) -> Keys:
    """Spread integers over all 64 bits (the finaliser of SplitMix64, Steele et al. 2014).

    Args:
        values: at least one-dimensional; the result has the same shape.
    """
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def checksum(text: str, start: int = 0) -> int:
    """CRC-32 of a text, or of a text that follows one of CRC-32 `start`."""
    return zlib.crc32(text.encode(), start)


def draws(seed: int, count: int, below: int) -> NDArray[np.int64]:
    """Draw `count` integers in [0, below) that are a function of `seed` alone."""
    stream = mix64(np.arange(count, dtype=np.uint64) + np.uint64(seed << 20))
    return (stream % np.uint64(below)).astype(np.int64)
