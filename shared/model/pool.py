"""How far to trust each expert: a log-opinion pool fitted on what they said beforehand."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.linear import softmax
from shared.model.state import ModelState

WINDOW = 512
HALF_LIFE = 256
EVERY = 16
PRIOR = 8.0
HIGHEST_SHARE = 2.5
SMALLEST_STEP = 0.05

Floats = NDArray[np.float64]


class LogOpinionPool:
    """Weighs the experts' logits: probabilities are softmax(sum of share x logits).

    The shares need not sum to one, so the pool is a temperature as well. They are fitted by
    Newton steps with backtracking on the experts' last outputs, each given before its example
    was learned; older outputs count less, and a prior pulls towards the plain mean
    (Genest and Zidek 1986 on pools; the decay is for drift).

    Attributes:
        shares: one for each expert, shape (experts,).
    """

    def __init__(self, experts: int, labels: int) -> None:
        self.shares: Floats = np.full(experts, 1 / experts)
        self._seen = 0
        self._logits = np.zeros((WINDOW, experts, labels), np.float32)
        self._targets = np.zeros((WINDOW, labels), np.float32)

    def probabilities(self, logits: Floats) -> Floats:
        """Pool outputs of shape (rows, experts, labels) into shape (rows, labels)."""
        return softmax((logits * self.shares[:, None]).sum(axis=1))

    def learn(self, logits: NDArray[np.floating], target: NDArray[np.floating]) -> None:
        """Take in what the experts had said on one example, shape (experts, labels)."""
        slot = self._seen % WINDOW
        self._logits[slot] = logits - logits.mean(axis=1, keepdims=True)
        self._targets[slot] = target
        self._seen += 1
        if self._seen % EVERY == 0 and self._seen > EVERY:
            self._fit()

    def relabel(self, logits: NDArray[np.float32], targets: NDArray[np.float32]) -> None:
        """Replace what is remembered, shapes (window, experts, labels) and (window, labels)."""
        self._logits, self._targets = logits, targets

    @property
    def outputs(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The remembered logits and targets by slot."""
        return self._logits, self._targets

    def state(self) -> ModelState:
        """For `from_state`."""
        held = min(self._seen, WINDOW)
        return ModelState(
            {"seen": self._seen},
            {
                "shares": self.shares,
                "logits": self._logits[:held].copy(),
                "targets": self._targets[:held].copy(),
            },
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The pool that `state` was taken of."""
        arrays = state.arrays
        held, experts, labels = arrays["logits"].shape
        pool = cls(experts, labels)
        pool.shares = arrays["shares"].astype(np.float64)
        pool._seen = state.document["seen"]
        pool._logits[:held] = arrays["logits"]
        pool._targets[:held] = arrays["targets"]
        return pool

    def _fit(self) -> None:
        """One Newton step, shortened until the loss falls; without that it can diverge."""
        held = min(self._seen, WINDOW)
        ages = (self._seen - 1 - np.arange(held)) % WINDOW
        counts = 0.5 ** (ages / HALF_LIFE)
        logits = self._logits[:held].astype(np.float64)
        targets = self._targets[:held].astype(np.float64)
        counts *= targets.sum(axis=1)
        step = self._newton(logits, targets, counts)
        before = self._loss(self.shares, logits, targets, counts)
        size = 1.0
        while size > SMALLEST_STEP:
            shares = np.clip(self.shares + size * step, 0, HIGHEST_SHARE)
            if self._loss(shares, logits, targets, counts) <= before:
                self.shares = shares
                return
            size /= 3

    def _newton(self, logits: Floats, targets: Floats, counts: Floats) -> Floats:
        weighted = self.probabilities(logits)[:, None, :] * logits
        means = weighted.sum(axis=2)
        wanted = (targets[:, None, :] * logits).sum(axis=2)
        prior = 1 / len(self.shares)
        gradient = (counts[:, None] * (wanted - means)).sum(axis=0)
        gradient -= PRIOR * (self.shares - prior)
        products = (weighted[:, :, None, :] * logits[:, None, :, :]).sum(axis=3)
        products -= means[:, :, None] * means[:, None, :]
        curvature = (counts[:, None, None] * products).sum(axis=0)
        curvature += PRIOR * np.eye(len(self.shares))
        return np.linalg.solve(curvature, gradient)

    @staticmethod
    def _loss(shares: Floats, logits: Floats, targets: Floats, counts: Floats) -> float:
        pooled = (logits * shares[:, None]).sum(axis=1)
        highest = pooled.max(axis=1)
        total = highest + np.log(np.exp(pooled - highest[:, None]).sum(axis=1))
        losses = counts * (total - (targets * pooled).sum(axis=1))
        return float(losses.sum()) + PRIOR / 2 * float(((shares - 1 / len(shares)) ** 2).sum())
