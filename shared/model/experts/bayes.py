"""Naive Bayes over the words of texts."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.expert import Targets
from shared.model.experts.linear import picked
from shared.model.probabilities import Floats, relabel
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.words import WordsVoice


class BayesExpert:
    """Counts words under each label: of few examples of a rare label it makes the most."""

    KIND: ClassVar[str] = "bayes"
    name = KIND
    speakers = 1

    def __init__(
        self,
        counts: NDArray[np.float32],
        touched: NDArray[np.bool_],
        examples: Floats,
        totals: Floats,
    ) -> None:
        self._counts = counts
        self._touched = touched
        self._examples = examples
        self._totals = totals

    @classmethod
    def start(cls, width: int, labels: int) -> Self:
        """One that has learned nothing."""
        counts, touched = np.zeros((width, labels), np.float32), np.zeros(width, np.bool_)
        return cls(counts, touched, np.zeros(labels), np.zeros(labels))

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        nothing = np.empty(0, np.int32)
        present = rows.text.present.columns if rows.text is not None else nothing
        counts = picked(self._counts, present)
        few = WordsVoice(len(self._counts), present, counts, self._examples, self._totals)
        return few.predict_log_proba(rows)

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """Count."""
        self._examples += targets.sum(axis=0, dtype=np.float64)
        if rows.text is None:
            return
        lengths = np.diff(rows.text.ends)
        masses = np.repeat(targets, lengths, axis=0) * rows.text.values[:, None]
        np.add.at(self._counts, rows.text.columns, masses)
        self._totals += masses.sum(axis=0, dtype=np.float64)
        self._touched[rows.text.columns] = True

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """What was counted is not counted again."""

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels."""
        self._counts = relabel(self._counts, sources)
        self._examples = relabel(self._examples, sources)
        self._totals = relabel(self._totals, sources)

    def voice(self, columns: NDArray[np.int32]) -> WordsVoice:  # noqa: ARG002 - knows its own
        """A snapshot."""
        own = np.flatnonzero(self._touched).astype(np.int32)
        width, examples, totals = len(self._counts), self._examples.copy(), self._totals.copy()
        return WordsVoice(width, own, picked(self._counts, own), examples, totals)

    def state(self) -> ModelState:
        """For `from_state`."""
        return self.voice(np.empty(0, np.int32)).state()

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The expert that `state` was taken of."""
        voice = WordsVoice.from_state(state)
        counts = np.zeros((voice.width, len(voice.examples)), np.float32)
        touched = np.zeros(voice.width, np.bool_)
        counts[voice.columns], touched[voice.columns] = voice.counts, True
        return cls(counts, touched, voice.examples.copy(), voice.totals.copy())
