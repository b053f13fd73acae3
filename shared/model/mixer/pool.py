"""A log-opinion pool, fitted on what the voices said beforehand."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Floats, relabel, softmax
from shared.model.state import ModelState

WINDOW = 1_000
MOST_CELLS = 2**21
"""With many labels the window is shorter, so that it stays small."""
HALF_LIFE = 500
EVERY = 32
FIRST = 48
STEPS = 2
PRIOR = 50.0
MOVES = 0.05
"""How far the prior goes, at each fit, to where the weights are: what held for long is its own
prior, so that few recent examples do not throw it over."""
BIAS_PRIOR = 5.0
EAGERNESS = 1.5
"""The weights begin at EAGERNESS / voices: voices that agree are surer together than alone."""
LOWEST, HIGHEST = -0.1, 2.5
SMALLEST_STEP = 0.05
LEAST = 1e-9


class LogOpinionPool:
    """Probabilities are softmax(sum of weight x log-probability + bias).

    Weights are fitted by damped Newton steps on the last out-of-sample outputs, older ones
    counting less, with a prior that begins at the plain pool (Genest and Zidek 1986) and follows
    the weights slowly. A step is shortened until the loss falls; without that it can diverge.

    Attributes:
        weights: shape (voices,).
        prior: where the weights are drawn to, shape (voices,).
        biases: shape (labels,).
    """

    def __init__(self, voices: int, labels: int) -> None:
        self.weights: Floats = np.full(voices, EAGERNESS / voices)
        self.prior: Floats = self.weights.copy()
        self.biases: Floats = np.zeros(labels)
        self._seen = 0
        window = max(FIRST, min(WINDOW, MOST_CELLS // (voices * labels)))
        self._logs = np.zeros((window, voices, labels), np.float32)
        self._targets = np.zeros((window, labels), np.float32)

    def learn(self, logs: Floats, target: Floats) -> None:
        """Take in what the voices had said on one example, shape (voices, labels), centred."""
        slot = self._seen % len(self._logs)
        self._logs[slot] = logs
        self._targets[slot] = target
        self._seen += 1
        if self._seen % EVERY == 0 and self._seen >= FIRST:
            self._fit()

    def losses(self, count: int) -> Floats:
        """Each voice's log-loss on the newest examples, before it had learned them, in nats.

        Shape (examples, voices), at most `count` examples, oldest first.
        """
        slots = self._newest()[-count:]
        said = np.maximum(softmax(self._logs[slots].astype(np.float64)), LEAST)
        lost: Floats = -(self._targets[slots][:, None] * np.log(said)).sum(axis=2)
        return lost

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        window = max(FIRST, min(WINDOW, MOST_CELLS // (len(self.weights) * len(sources))))
        newest = self._newest()[-window:]
        logs = relabel(self._logs[newest], sources)
        targets = relabel(self._targets[newest], sources)
        self.biases = relabel(self.biases, sources)
        self._logs = np.zeros((window, *logs.shape[1:]), np.float32)
        self._targets = np.zeros((window, len(sources)), np.float32)
        self._logs[: len(logs)], self._targets[: len(logs)] = logs, targets
        self._seen = len(newest)

    def state(self) -> ModelState:
        """For `from_state`."""
        held = min(self._seen, len(self._logs))
        return ModelState(
            {"seen": self._seen, "window": len(self._logs)},
            {
                "weights": self.weights,
                "prior": self.prior,
                "biases": self.biases,
                "logs": self._logs[:held].copy(),
                "targets": self._targets[:held].copy(),
            },
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The pool that `state` was taken of."""
        arrays, window = state.arrays, state.document["window"]
        held, voices, labels = arrays["logs"].shape
        pool = cls(voices, labels)
        pool.weights = arrays["weights"].astype(np.float64)
        pool.prior = arrays["prior"].astype(np.float64)
        pool.biases = arrays["biases"].astype(np.float64)
        pool._seen = state.document["seen"]
        pool._logs = np.zeros((window, voices, labels), np.float32)
        pool._targets = np.zeros((window, labels), np.float32)
        pool._logs[:held], pool._targets[:held] = arrays["logs"], arrays["targets"]
        return pool

    def _newest(self) -> NDArray[np.int64]:
        """The slots in use, oldest first."""
        held = min(self._seen, len(self._logs))
        return (self._seen - held + np.arange(held)) % len(self._logs)

    def _fit(self) -> None:
        slots = self._newest()
        logs, targets = (
            self._logs[slots].astype(np.float64),
            self._targets[slots].astype(np.float64),
        )
        counts = 0.5 ** (np.arange(len(slots))[::-1] / HALF_LIFE)
        for _ in range(STEPS):
            probabilities = pooled(logs, self.weights, self.biases)
            residuals = counts[:, None] * (targets - targets.sum(axis=1)[:, None] * probabilities)
            spread = counts * targets.sum(axis=1)
            self._move(logs, targets, counts, _newton(self, logs, probabilities, residuals, spread))
            slope = residuals.sum(axis=0) - BIAS_PRIOR * self.biases
            bend = (probabilities * (1 - probabilities) * spread[:, None]).sum(axis=0) + BIAS_PRIOR
            self.biases = self.biases + 0.5 * slope / bend
        self.prior = self.prior + MOVES * (self.weights - self.prior)

    def _move(self, logs: Floats, targets: Floats, counts: Floats, step: Floats) -> None:
        before, size = self._loss(self.weights, logs, targets, counts), 1.0
        while size > SMALLEST_STEP:
            weights = np.clip(self.weights + size * step, LOWEST, HIGHEST)
            if self._loss(weights, logs, targets, counts) <= before:
                self.weights = weights
                return
            size /= 3

    def _loss(self, weights: Floats, logs: Floats, targets: Floats, counts: Floats) -> float:
        probabilities = np.maximum(pooled(logs, weights, self.biases), LEAST)
        losses = -(counts * (targets * np.log(probabilities)).sum(axis=1)).sum()
        return float(losses + PRIOR / 2 * ((weights - self.prior) ** 2).sum())


def pooled(logs: Floats, weights: Floats, biases: Floats) -> Floats:
    """Probabilities, shape (rows, labels), of voices of shape (rows, voices, labels)."""
    return softmax((logs * weights[:, None]).sum(axis=1) + biases)


def _newton(
    pool: LogOpinionPool, logs: Floats, probabilities: Floats, residuals: Floats, spread: Floats
) -> Floats:
    """The full step of the weights."""
    voices = len(pool.weights)
    gradient: Floats = np.tensordot(residuals, logs, axes=([0, 1], [0, 2]))
    gradient -= PRIOR * (pool.weights - pool.prior)
    weighted = probabilities[:, None] * logs
    means = weighted.sum(axis=2)
    flat = (logs * spread[:, None, None]).transpose(1, 0, 2).reshape(voices, -1)
    curvature = flat @ weighted.transpose(1, 0, 2).reshape(voices, -1).T
    curvature -= (means * spread[:, None]).T @ means
    return np.linalg.solve(curvature + PRIOR * np.eye(voices), gradient).astype(np.float64)
