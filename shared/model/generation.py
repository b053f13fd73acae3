"""One encoder with everything that was learned through it."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.features import FeatureEncoder
from shared.model.linear import SoftmaxExperts, relabel
from shared.model.memory import Memory
from shared.model.pool import LogOpinionPool
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.model.values import Row

RATES = (0.02, 0.1, 0.4)
REHEARSED = 32


class Generation:
    """Encoder, experts, their pool and the examples they rehearse.

    Attributes:
        encoder: replaced when fields change; the weights keep their meaning.
    """

    def __init__(
        self,
        encoder: FeatureEncoder,
        experts: SoftmaxExperts,
        pool: LogOpinionPool,
        memory: Memory,
    ) -> None:
        self.encoder = encoder
        self._experts = experts
        self._pool = pool
        self._memory = memory

    @classmethod
    def start(cls, encoder: FeatureEncoder, labels: int) -> Self:
        """A generation that has learned nothing yet."""
        experts = SoftmaxExperts(encoder.width, labels, RATES)
        pool = LogOpinionPool(len(RATES), labels)
        return cls(encoder, experts, pool, Memory(encoder.width, labels))

    def learn(self, row: Row, target: NDArray[np.float32]) -> NDArray[np.float64]:
        """Learn one example and rehearse some old ones.

        Returns:
            The probabilities given beforehand, shape (labels,).
        """
        encoded = self.encoder.transform([row])
        logits = self._experts.logits(encoded)
        probabilities: NDArray[np.float64] = self._pool.probabilities(logits)[0]
        self._pool.learn(logits[0], target)
        self._experts.learn(encoded, target[None])
        self._memory.remember(encoded, target)
        self._experts.learn(*self._memory.sample(REHEARSED))
        return probabilities

    def serving(self, labels: Sequence[str]) -> ServingModel:
        """A snapshot that later learning does not touch."""
        columns, weights = self._experts.pooled(self._pool.shares)
        return ServingModel(tuple(labels), self.encoder, columns, weights)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        self._experts.relabel(sources)
        self._memory.relabel(relabel(self._memory.targets, sources))
        logits, targets = self._pool.outputs
        self._pool.relabel(relabel(logits, sources), relabel(targets, sources))

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState.compose(
            {},
            encoder=self.encoder.state(),
            experts=self._experts.state(),
            pool=self._pool.state(),
            memory=self._memory.state(),
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The generation that `state` was taken of."""
        return cls(
            FeatureEncoder.from_state(state.part("encoder")),
            SoftmaxExperts.from_state(state.part("experts")),
            LogOpinionPool.from_state(state.part("pool")),
            Memory.from_state(state.part("memory")),
        )
