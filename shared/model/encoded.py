"""Rows in the forms in which experts read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.model.sparse import SparseRows
from shared.model.text import Words
from shared.model.values import Row, Values


@dataclass(frozen=True)
class Encoded:
    """Some rows.

    Attributes:
        rows: as they were sent.
        values: their numbers and categories.
        table: their vectors without words, each of the same length.
        sparse: their vectors, words included.
        text: the vectors of their words alone; None if the project has no text fields.
        words: these words as they stand there.
    """

    rows: Sequence[Row]
    values: Values
    table: SparseRows
    sparse: SparseRows
    text: SparseRows | None
    words: Words | None

    def __len__(self) -> int:
        return len(self.sparse)
