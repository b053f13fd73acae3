"""The instant experts of a project, side by side."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.bayes import BayesExpert
from shared.model.experts.expert import Expert, Targets
from shared.model.experts.gradient import GradientExpert
from shared.model.experts.neighbours import NeighboursExpert
from shared.model.experts.network import NetworkExpert
from shared.model.experts.passive import PassiveExpert
from shared.model.experts.recent import RecentExpert
from shared.model.probabilities import Floats
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.voice import Voice

STEADY_RATES = (0.02, 0.1, 0.4)
QUICK_RATES = (0.1, 0.4)
PLAIN_RATES = (0.02, 0.1)

_Linear = type[GradientExpert] | type[PassiveExpert]
_Other = type[BayesExpert] | type[RecentExpert] | type[NeighboursExpert] | type[NetworkExpert]
_KINDS: dict[str, _Linear | _Other] = {
    kind.KIND: kind
    for kind in (
        *(GradientExpert, PassiveExpert),
        *(BayesExpert, RecentExpert, NeighboursExpert, NetworkExpert),
    )
}


class Panel:
    """The experts, asked and taught together."""

    def __init__(self, experts: Sequence[Expert], seen: NDArray[np.bool_]) -> None:
        self._experts = tuple(experts)
        self._seen = seen

    @classmethod
    def start(cls, width: int, labels: int, rehearsed: int, *, text: bool) -> Self:
        """Experts that have learned nothing: for words if there is text, else for tables.

        Args:
            width: columns of the encoded rows.
            labels: how many labels there are.
            rehearsed: examples that may be kept to be learned again.
            text: whether there are words.
        """
        experts: list[Expert] = [
            GradientExpert.start(width, labels, STEADY_RATES, rehearses=True),
            GradientExpert.start(width, labels, QUICK_RATES, rehearses=False),
            PassiveExpert.start(width, labels),
        ]
        if text:
            experts.append(BayesExpert.start(width, labels))
        else:
            plain = GradientExpert.start(width, labels, PLAIN_RATES, rehearses=True, plain=True)
            network = NetworkExpert.start(labels, rehearsed)
            experts += [plain, NeighboursExpert.start(labels), network]
        experts.append(RecentExpert.start(labels))
        return cls(experts, np.zeros(width, np.bool_))

    @property
    def speakers(self) -> int:
        """How many opinions they give in all."""
        return sum(expert.speakers for expert in self._experts)

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The name of each expert, and how many opinions it gives."""
        return [(expert.name, expert.speakers) for expert in self._experts]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which columns occurred in what was learned, shape (width,)."""
        return self._seen

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, speakers, labels)."""
        said = [expert.predict_log_proba(rows) for expert in self._experts]
        return np.concatenate(said, axis=1)

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """Teach all of them."""
        self._seen[rows.sparse.columns] = True
        for expert in self._experts:
            expert.learn(rows, targets)

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """Old examples once more, for those who rehearse."""
        for expert in self._experts:
            expert.rehearse(rows, targets)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        for expert in self._experts:
            expert.relabel(sources)

    def voices(self) -> list[Voice]:
        """A snapshot of each."""
        columns = np.flatnonzero(self._seen).astype(np.int32)
        return [expert.voice(columns) for expert in self._experts]

    def state(self) -> ModelState:
        """For `from_state`."""
        kinds = [expert.KIND for expert in self._experts]
        seen = ModelState(
            {"width": len(self._seen)}, {"columns": np.flatnonzero(self._seen).astype(np.int32)}
        )
        states = {f"expert{i}": expert.state() for i, expert in enumerate(self._experts)}
        return ModelState.compose({"kinds": kinds}, seen=seen, **states)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The panel that `state` was taken of.

        Raises:
            ValueError: it had other experts, so what it learns from now on would differ.
        """
        kinds = state.document["kinds"]
        tables = {NeighboursExpert.KIND, NetworkExpert.KIND}
        if BayesExpert.KIND not in kinds and not tables <= set(kinds):
            raise ValueError("a panel of another version, which lacks an expert")
        experts = [
            _KINDS[kind].from_state(state.part(f"expert{i}")) for i, kind in enumerate(kinds)
        ]
        part = state.part("seen")
        seen = np.zeros(part.document["width"], np.bool_)
        seen[part.arrays["columns"]] = True
        return cls(experts, seen)
