"""Remembers the last examples, and answers by those that are near."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.expert import Targets
from shared.model.probabilities import Floats, Number, relabel
from shared.model.remembered import Remembered
from shared.model.sparse import SparseRows
from shared.model.state import Array, ModelState
from shared.model.values import MISSING_CATEGORY, Values
from shared.model.voices.neighbours import NeighboursVoice
from shared.model.yardstick import Yardstick

REMEMBERED = 512
EARLY = (16, 32, 64, 128)
"""The yardstick is made after so many examples, and after every ANEW."""
ANEW = 250
NO_NUMBER = -1e200
"""Stands for a missing number in a state, which holds finite numbers only."""


class NeighboursExpert:
    """Says what like examples of late were: where they come in runs, nothing knows them sooner.

    It reads numbers and categories. Fields that come or go are missing in what was before.
    """

    KIND: ClassVar[str] = "neighbours"
    name = KIND
    speakers = NeighboursVoice.speakers

    def __init__(self, values: Values, targets: Targets, seen: int, yardstick: Yardstick) -> None:
        """Take examples, the youngest first; `start` and `from_state` are the ways in."""
        self._values, self._targets, self._seen = values, targets, seen
        self._yardstick = yardstick
        self._voice = self._made()

    @classmethod
    def start(cls, labels: int) -> Self:
        """One that has learned nothing."""
        targets, nothing = np.zeros((0, labels), np.float32), Values.read([], {})
        return cls(nothing, targets, 0, Yardstick.start())

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 2, labels)."""
        return self._voice.predict_log_proba(rows)

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """Remember, and now and then look anew at what tells labels apart."""
        before = self._seen
        self._seen += len(rows)
        self._values = _joined(rows.values, self._values)
        self._targets = np.concatenate([targets[::-1], self._targets])[:REMEMBERED]
        is_early = any(before < count <= self._seen for count in EARLY)
        if is_early or before // ANEW != self._seen // ANEW:
            self._yardstick = Yardstick.fit(self._values, self._targets)
            self._voice = self._made()
            return
        points = self._yardstick.points(rows.values)[::-1]
        remembered = self._voice.remembered.before(points, REMEMBERED)
        self._voice = NeighboursVoice(self._yardstick, remembered, self._targets)

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """What is remembered is not learned twice."""

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels."""
        self._targets = relabel(self._targets, sources)
        self._voice = self._made()

    def voice(self, columns: NDArray[np.int32]) -> NeighboursVoice:  # noqa: ARG002 - reads fields
        """A snapshot."""
        return self._voice

    def state(self) -> ModelState:
        """For `from_state`."""
        values = self._values
        document = {
            "seen": self._seen,
            "numbers": list(values.number_names),
            "categories": list(values.category_names),
        }
        arrays: dict[str, Array] = {
            "numbers": np.nan_to_num(values.numbers, nan=NO_NUMBER),
            "categories": values.categories,
            "targets": self._targets,
        }
        examples = ModelState({}, arrays)
        return ModelState.compose(document, examples=examples, yardstick=self._yardstick.state())

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The expert that `state` was taken of."""
        said, arrays = state.document, state.part("examples").arrays
        numbers = arrays["numbers"].astype(np.float64)
        values = Values(
            tuple(said["numbers"]),
            tuple(said["categories"]),
            np.where(numbers == NO_NUMBER, np.nan, numbers),
            arrays["categories"].astype(np.uint64),
        )
        targets = arrays["targets"].astype(np.float32)
        return cls(values, targets, said["seen"], Yardstick.from_state(state.part("yardstick")))

    def _made(self) -> NeighboursVoice:
        points = self._yardstick.points(self._values)
        return NeighboursVoice(self._yardstick, Remembered.of(points), self._targets)


def _joined(newer: Values, older: Values) -> Values:
    """The last rows under the names of the newer ones, the youngest first."""
    names = (older.number_names, older.category_names)
    numbers = _picked(older.numbers, names[0], newer.number_names, np.float64(np.nan))
    missing = np.uint64(MISSING_CATEGORY)
    categories = _picked(older.categories, names[1], newer.category_names, missing)
    return Values(
        newer.number_names,
        newer.category_names,
        _before(newer.numbers, numbers),
        _before(newer.categories, categories),
    )


def _before(newer: NDArray[Number], older: NDArray[Number]) -> NDArray[Number]:
    """The last rows, fields first."""
    return np.concatenate([newer[:, ::-1], older], axis=1)[:, :REMEMBERED]


def _picked(
    table: NDArray[Number], known: Sequence[str], names: Sequence[str], missing: Number
) -> NDArray[Number]:
    """The rows of the names; what is not known is missing."""
    if names == known:
        return table
    places = {name: place for place, name in enumerate(known)}
    picked = np.full((len(names), table.shape[1]), missing)
    for i, name in enumerate(names):
        if name in places:
            picked[i] = table[places[name]]
    return picked
