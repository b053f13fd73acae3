"""Feature values as senders write them, brought into the few forms that the encoder reads."""

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.events import FeatureValue
from shared.model.hashing import checksum
from shared.project import FieldKind

Row = Mapping[str, FeatureValue]

LARGEST_NUMBER = 1e100
"""Numbers are clipped to this size, so that sums of squares stay finite."""
LONGEST_TEXT = 16_000
"""Characters of a text (or category) that are read; the rest would cost time and say little."""
MISSING_CATEGORY = 2**32
"""One more than any CRC-32: no value can be mistaken for a missing one."""

_BOOLEANS = {"0": "false", "1": "true", "no": "false", "yes": "true"}


def number(value: FeatureValue) -> float:
    """A finite number, or NaN when the value is missing or of another kind."""
    if not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return LARGEST_NUMBER if value > 0 else -LARGEST_NUMBER


def category(value: FeatureValue, kind: FieldKind = FieldKind.CATEGORY) -> str | None:
    """One spelling for equal values, or None when missing.

    >>> category(3.0), category(True), category("yes", FieldKind.BOOLEAN)
    ('3', 'true', 'true')
    """
    if isinstance(value, str):
        name = _valid(value[:LONGEST_TEXT])
    elif value is None or value != value:  # noqa: PLR0124 - NaN is the value that differs
        return None
    elif isinstance(value, bool):
        name = "true" if value else "false"
    elif isinstance(value, float) and value.is_integer():
        name = _integer(int(value))
    else:
        name = _integer(value) if isinstance(value, int) else str(value)
    if kind is FieldKind.BOOLEAN:
        name = name.strip().lower()
        return _BOOLEANS.get(name, name)
    return name


def _valid(text: str) -> str:
    """Without lone surrogates, which JSON may hold and files may not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _integer(value: int) -> str:
    return hex(value)[:LONGEST_TEXT] if abs(value) >= 2**63 else str(value)


def text(value: FeatureValue) -> str:
    """The text that is read: empty when missing."""
    return category(value) or ""


def numbers(rows: Sequence[Row], names: Sequence[str]) -> NDArray[np.float64]:
    """The named fields of all rows, shape (fields, rows), NaN where missing, else finite."""
    if not rows or not names:
        return np.empty((len(names), len(rows)))
    pick = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    pack = struct.Struct(f"{len(names)}d").pack
    try:
        flat = b"".join([pack(*values) for values in map(pick, rows)])
    except (KeyError, struct.error, OverflowError):
        flat = b"".join([pack(*(number(row.get(name)) for name in names)) for row in rows])
    grid = np.frombuffer(flat).reshape(len(rows), len(names)).T
    return np.clip(grid, -LARGEST_NUMBER, LARGEST_NUMBER, order="C")


def categories(rows: Sequence[Row], name: str, kind: FieldKind) -> NDArray[np.uint64]:
    """The hashed values of one field, shape (rows,)."""
    known: dict[str, int] = {}
    hashed = []
    for row in rows:
        value = row.get(name)
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            spelled = category(value, kind)
            found = MISSING_CATEGORY if spelled is None else checksum(spelled)
            if isinstance(value, str):
                known[value] = found
        hashed.append(found)
    return np.array(hashed, np.uint64)


@dataclass(frozen=True)
class Values:
    """The numbers and categories of some rows, read once for all who need them.

    Attributes:
        number_names: the fields of `numbers`, sorted.
        category_names: the fields of `categories`, booleans among them, sorted.
        numbers: shape (fields, rows), NaN where missing, else finite.
        categories: hashed, shape (fields, rows).
    """

    number_names: tuple[str, ...]
    category_names: tuple[str, ...]
    numbers: NDArray[np.float64]
    categories: NDArray[np.uint64]

    @classmethod
    def read(cls, rows: Sequence[Row], fields: Mapping[str, FieldKind]) -> Self:
        """Read the fields that are no text."""
        ordered = sorted(fields.items())
        number_names = tuple(name for name, kind in ordered if kind is FieldKind.NUMBER)
        others = [(n, k) for n, k in ordered if k in (FieldKind.CATEGORY, FieldKind.BOOLEAN)]
        hashed = np.empty((len(others), len(rows)), np.uint64)
        for i, (name, kind) in enumerate(others):
            hashed[i] = categories(rows, name, kind)
        names = tuple(name for name, _ in others)
        return cls(number_names, names, numbers(rows, number_names), hashed)


def remembered(row: Row, fields: Mapping[str, FieldKind]) -> dict[str, FeatureValue]:
    """The part of a row that the encoder reads, small and fit for JSON; encodes the same."""
    kept: dict[str, FeatureValue] = {}
    for name, kind in fields.items():
        value = row.get(name)
        if kind is FieldKind.NUMBER:
            as_number = number(value)
            kept[name] = None if math.isnan(as_number) else _finite(as_number)
        elif kind is FieldKind.TEXT:
            kept[name] = text(value)
        else:
            kept[name] = category(value, kind)
    return kept


def _finite(value: float) -> float:
    return max(-LARGEST_NUMBER, min(LARGEST_NUMBER, value))
