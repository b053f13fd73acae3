"""From rows of fields to sparse vectors: fitted once on rows without labels, then frozen."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.hashing import Keys, checksum, mix64
from shared.model.numbers import BINS, NumberBins
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.text import Words
from shared.model.values import Row, Values
from shared.project import FieldKind

TABLE_BITS = 18
TEXT_BITS = 18
MOST_CELLS_BITS = 23
"""Width times labels is at most 2**23, so that a model of many labels stays small."""
PAIR = 2
CROSSES = {PAIR: 90, 4: 30, 8: 30}
"""By number of fields, how many combinations; large ones recognise groups of like rows."""
MOST_CROSSED_FIELDS = 300
NORM = 3.0
LAYOUT = 2
"""Changes with the meaning of columns: what was learned under another is learned again."""
CROSS_VALUE = 0.5

_VALUE_SALT, _LINEAR_SALT, _COARSE_SALT, _TEXT_SALT = (np.uint64(i << 40) for i in range(1, 5))


class Layout(NamedTuple):
    """Where the table part of a vector holds what: `categories` are hashed values."""

    bins: slice
    categories: slice
    crosses: slice


class FeatureEncoder:
    """Encodes rows as sparse vectors.

    The table part of a vector holds a constant, the standardised numbers, the bin of every
    number, the hashed value of every category, and hashed combinations of bins and values; the
    text part holds hashed words and pairs of words. Combinations lie in the upper half of the
    columns, single fields in the lower, words anywhere. Each part has norm 3 (a text part of no
    words, 0). Columns depend on the names of fields, not on their number or order, so weights
    keep their meaning when fields come and go.

    Attributes:
        fields: the fields it reads, sorted by name.
        bits: vectors have 2**bits columns.
        bins: how numbers are cut.
        text_fields: those whose words are read.
    """

    def __init__(self, fields: Mapping[str, FieldKind], bits: int, bins: NumberBins) -> None:
        self.fields = {name: fields[name] for name in sorted(fields)}
        self.bits = bits
        self.bins = bins
        self._shift = np.uint64(64 - bits)
        self._half_shift = np.uint64(65 - bits)
        self.text_fields = [n for n, kind in self.fields.items() if kind is FieldKind.TEXT]
        self._categories = [
            name
            for name, kind in self.fields.items()
            if kind in (FieldKind.CATEGORY, FieldKind.BOOLEAN)
        ]
        salted = [checksum(name) for name in self._categories]
        self._category_salts = mix64(np.array(salted, np.uint64) ^ _VALUE_SALT)[:, None]
        self._tabulate()
        self._crosses = choose_crosses([*bins.names, *self._categories])
        self._crossed: int = sum(combined.shape[1] for combined in self._crosses)
        template = np.ones(self.table_width, np.float32)
        template[self.table_width - self._crossed :] = CROSS_VALUE
        self._template = template
        counted = 1 + len(bins.names) + len(self._categories)
        self._fixed_square = counted + CROSS_VALUE**2 * self._crossed

    @classmethod
    def fit(
        cls,
        fields: Mapping[str, FieldKind],
        rows: Sequence[Row],
        labels: int,
        previous: Self | None = None,
    ) -> Self:
        """Fit to rows without labels.

        Args:
            fields: the fields to read.
            rows: at least one.
            labels: how many labels there are; many labels make the vectors narrower.
            previous: an encoder whose width, and whose bins where they were cut on as many rows
                or more, are kept.
        """
        names = sorted(name for name, kind in fields.items() if kind is FieldKind.NUMBER)
        bits = TEXT_BITS if FieldKind.TEXT in fields.values() else TABLE_BITS
        narrowed = min(bits, MOST_CELLS_BITS - (labels - 1).bit_length())
        bins = NumberBins.fit(names, rows, previous.bins if previous else None)
        return cls(fields, previous.bits if previous else narrowed, bins)

    @property
    def width(self) -> int:
        """How many columns the vectors have."""
        return 1 << self.bits

    @property
    def reads_text(self) -> bool:
        """Whether there are text fields."""
        return bool(self.text_fields)

    @property
    def table_fields(self) -> list[str]:
        """The fields of the table part: numbers, then categories and booleans."""
        return [*self.bins.names, *self._categories]

    @property
    def layout(self) -> Layout:
        """Where the first cells of an encoded row are."""
        numbers = len(self.bins.names)
        places = (numbers + 1, 2 * numbers + 1, self.table_width - self._crossed)
        ends = (*places[1:], self.table_width)
        return Layout(*map(slice, places, ends))

    @property
    def table_width(self) -> int:
        """With how many values a row's table part begins its vector."""
        return 1 + 2 * len(self.bins.names) + len(self._categories) + self._crossed

    @cached_property
    def owners(self) -> SparseRows:
        """How much of each value of a table part is each field's: rows are fields."""
        numbers, fields = len(self.bins.names), len(self.table_fields)
        alone = np.eye(fields, dtype=np.float32)
        together = [alone[combined].mean(axis=0) for combined in self._crosses]
        constant = np.zeros((1, fields), np.float32)
        shares = np.concatenate([constant, alone[:numbers], alone, *together])
        owner, place = np.nonzero(shares.T)
        ends = np.searchsorted(owner, np.arange(fields + 1)).astype(np.int32)
        return SparseRows(place.astype(np.int32), shares[place, owner], ends, self.table_width)

    def text_columns(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The columns of hashed words and pairs."""
        return (mix64(hashes ^ _TEXT_SALT) >> self._shift).astype(np.int32)

    def encode(self, rows: Sequence[Row]) -> Encoded:
        """Encode rows, each independently of the others; vectors of shape (rows, width)."""
        values = Values.read(rows, self.fields)
        columns, cells = self._table(values)
        ends = np.arange(len(rows) + 1, dtype=np.int32) * columns.shape[1]
        table = SparseRows(columns.ravel(), cells.ravel(), ends, self.width)
        if not self.text_fields:
            return Encoded(rows, values, table, table, None, None)
        words = Words.read(rows, self.text_fields)
        row_of, text_columns, text_values = self._text(words)
        text_ends = np.zeros(len(rows) + 1, np.int32)
        np.cumsum(np.bincount(row_of, minlength=len(rows)), out=text_ends[1:])
        text = SparseRows(text_columns, text_values, text_ends, self.width)
        return Encoded(rows, values, table, table.beside(text), text, words)

    def state(self) -> ModelState:
        """For `from_state`."""
        kinds = {name: kind.value for name, kind in self.fields.items()}
        document = {"fields": kinds, "bits": self.bits, "layout": LAYOUT}
        return ModelState.compose(document, bins=self.bins.state())

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The encoder that `state` was taken of.

        Raises:
            ValueError: it put features into other columns.
        """
        if state.document.get("layout") != LAYOUT:
            raise ValueError("an encoder of another version, whose columns mean something else")
        fields = {name: FieldKind(kind) for name, kind in state.document["fields"].items()}
        return cls(fields, int(state.document["bits"]), NumberBins.from_state(state.part("bins")))

    def _tabulate(self) -> None:
        """Hash every bin of every number field once; encoding then only looks up."""
        names = self.bins.names
        salts = np.array([checksum(name) for name in names], np.uint64)[:, None]
        fine = mix64(mix64(salts ^ _VALUE_SALT) ^ np.arange(BINS + 1, dtype=np.uint64))
        coarse = mix64(mix64(salts ^ _COARSE_SALT) ^ self.bins.coarse().astype(np.uint64))
        self._bin_columns = (fine >> self._half_shift).astype(np.int32).ravel()
        self._bin_keys = coarse.ravel()
        self._bin_offsets = np.arange(len(names))[:, None] * (BINS + 1)
        linear = mix64(salts.ravel() ^ _LINEAR_SALT) >> self._half_shift
        self._linear_columns = linear.astype(np.int32)

    def _table(self, values: Values) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Columns and cells of the table part, shape (rows, table width)."""
        if self.table_width == 1:
            rows = values.numbers.shape[1]
            return np.zeros((rows, 1), np.int32), np.full((rows, 1), NORM, np.float32)
        numbers, rows = len(self.bins.names), values.numbers.shape[1]
        standardised, bins = self.bins.encode(values.numbers)
        bins += self._bin_offsets
        keys = np.empty((numbers + len(self._categories), rows), np.uint64)
        self._bin_keys.take(bins, out=keys[:numbers])
        keys[numbers:] = mix64(values.categories ^ self._category_salts)
        crosses = np.concatenate([_sum_of(keys, combined) for combined in self._crosses])
        crosses >>= self._half_shift
        crosses += np.uint64(self.width // 2)

        columns = np.empty((rows, self.table_width), np.int32)
        columns[:, 0] = 0
        columns[:, 1 : numbers + 1] = self._linear_columns
        columns[:, numbers + 1 : 2 * numbers + 1] = self._bin_columns.take(bins).T
        columns[:, 2 * numbers + 1 : self.table_width - len(crosses)] = (
            keys[numbers:] >> self._half_shift
        ).T
        columns[:, self.table_width - len(crosses) :] = crosses.T

        squares = (standardised * standardised).sum(axis=0) + self._fixed_square
        scale = (NORM / np.sqrt(squares)).astype(np.float32)
        cells = np.multiply.outer(scale, self._template)
        cells[:, 1 : numbers + 1] = (standardised * scale).T
        return columns, cells

    def _text(
        self, words: Words
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Row, column and value of the text part: square roots of counts, normalised."""
        row_of, hashes, counts = words.counts()
        totals = np.bincount(row_of, weights=counts, minlength=words.rows)
        values = NORM * np.sqrt(counts / totals[row_of])
        return row_of, self.text_columns(hashes), values.astype(np.float32)


def choose_crosses(names: Sequence[str]) -> list[NDArray[np.int64]]:
    """Which fields to combine: fixed by hashes of names, so that few change with the fields.

    Returns:
        For every order of CROSSES positions in `names`, shape (order, combinations): pairs as
        long as there are any, larger combinations each of the fields nearest to a random point.
    """
    salts = mix64(np.array([checksum(name) for name in names], np.uint64))
    chosen = []
    for order, count in CROSSES.items():
        if order == PAIR:
            some = np.argsort(salts, kind="stable")[:MOST_CROSSED_FIELDS]
            left, right = (some[side] for side in np.triu_indices(len(some), 1))
            rank = mix64(salts[left] + salts[right])
            first = np.argsort(rank, kind="stable")[:count]
            chosen.append(np.stack([left[first], right[first]]))
        elif len(names) > order:
            points = mix64(np.arange(count, dtype=np.uint64) + np.uint64(order << 20))
            rank = mix64(salts[:, None] + points)
            chosen.append(np.argsort(rank, axis=0, kind="stable")[:order])
    return chosen


def _sum_of(keys: Keys, combined: NDArray[np.int64]) -> Keys:
    """Sums of hashes, shape (combinations, rows): one hash of the combined values (Zobrist)."""
    total: Keys = keys.take(combined[0], axis=0)
    for positions in combined[1:]:
        total += keys.take(positions, axis=0)
    return total
