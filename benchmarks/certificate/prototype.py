"""The rule that the product has to beat: the prototype that the certificate was designed with."""

import numpy as np
from scipy.optimize import isotonic_regression  # type: ignore[import-untyped]
from scipy.stats import beta  # type: ignore[import-untyped]

from benchmarks.certificate.certified import Label
from benchmarks.certificate.learners import Learner
from benchmarks.certificate.outcome import Promise
from benchmarks.certificate.streams import HELD_OUT, Flags, Floats
from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.credits import NONE

_FLOORS = (0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.13, 0.16, 0.2, 0.3, 0.5)
_CAUTION = 0.4
_COVERAGE, _ELASTICITY = 0.75, 0.35
_CONFIDENCE = 0.7
_LEAST = 100
_GRID = 60
_BINS = 12
_ODDS, _LIMIT = 2.0, 10.0
_FRESH = 500
_WINDOW = 12_000


def _mean(left: float) -> float:
    """The largest mean number of finds with mean + z·√mean ≤ left."""
    return float(((np.sqrt(_CAUTION**2 + 4 * max(left, 0.0)) - _CAUTION) / 2) ** 2)


class Prototype:
    """One p0 for all blocks, an upper bound on each threshold's risk, a CUSUM of one size.

    It scores its evidence anew with each version, and so keeps audits and 30 % of the other labels
    from learning. See `policies.Product` for the rule that replaced it.
    """

    def __init__(self, promise: Promise, held: Flags) -> None:
        self._held = held
        self._terms = _designed(promise)
        self._labels: list[Label] = []
        self._curve: tuple[Floats, Floats, Floats] | None = None
        self._calibrated: tuple[Floats, Floats] | None = None
        self._sum = 0.0
        self._reset = self._since = -1
        self._fresh_until = 0

    def terms(self) -> Terms:
        """See `Policy`."""
        return self._terms

    def threshold(self, block: Block) -> float | None:
        """See `Policy`."""
        terms = block.terms
        left = terms.credits - block.found - 0.1 * block.pending
        if self._curve is None or left < 0:
            return None
        scores, risks, bounds = self._curve
        spent = (1 - terms.floor) / (max(terms.window - block.accepted, 1) * terms.floor)
        fits = (risks <= _mean(left + 0.5) * spent) & (bounds <= terms.alpha)
        return float(scores[np.flatnonzero(fits)[-1]]) if fits.any() else None

    def is_kept(self, label: Label) -> bool:
        """See `Policy`."""
        return label.audit or bool(self._held[label.event])

    def take(self, label: Label) -> bool:
        """See `Policy`."""
        if self.is_kept(label):
            self._labels.append(label)
        if self._calibrated is None:
            return False
        edges, rates = self._calibrated
        chance = rates[np.searchsorted(edges, label.score)]
        self._sum += label.wrong * np.log(_ODDS) - np.log1p(chance * (_ODDS - 1))
        if self._sum <= 0:
            self._sum, self._reset = 0.0, label.event
        elif self._sum > _LIMIT:
            self._sum, self._since = 0.0, self._reset
            self._curve = self._calibrated = None
            return True
        return False

    def renew(self, learner: Learner, now: int) -> None:
        """See `Policy`."""
        if self._curve is not None and now < self._fresh_until:
            return
        self._fresh_until = now + _FRESH
        oldest = max(self._since + 1, now - _WINDOW)
        self._labels = [label for label in self._labels if label.event >= oldest]
        self._curve = self._calibrated = None
        if len(self._labels) < _LEAST:
            return
        scores, wrongs = learner.judge([label.event for label in self._labels])
        weights = np.array(
            [1 / la.probability if la.audit else 1 / HELD_OUT for la in self._labels]
        )
        errors = wrongs.astype(float)
        self._curve = _bounded(scores, errors, weights)
        self._calibrated = _binned(scores, errors, weights)


def _designed(promise: Promise) -> Terms:
    offers = []
    for floor in _FLOORS:
        terms = Terms(promise.alpha, promise.window, promise.delta, floor)
        if terms.credits != NONE:
            risk = _mean(terms.credits + 0.5) * (1 - floor) / (promise.window * floor)
            narrower = min(1.0, risk / promise.alpha)
            offers.append((1 - _COVERAGE * narrower**_ELASTICITY * (1 - floor), floor, terms))
    return min(offers)[2]


def _bounded(scores: Floats, errors: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    order = np.argsort(scores, kind="stable")
    scores, errors, weights = scores[order], errors[order], weights[order]
    local = isotonic_regression(errors, weights=weights).x
    mass = np.cumsum(weights)
    quantiles = np.searchsorted(mass, np.linspace(0.02, 1, _GRID) * mass[-1])
    places = np.unique(quantiles.clip(0, len(scores) - 1))
    risks = np.cumsum(weights * local)[places] / mass[places]
    effective = mass[places] ** 2 / np.cumsum(weights**2)[places]
    right = np.maximum(effective * (1 - risks), 1e-9)
    bounds = beta.ppf(_CONFIDENCE, risks * effective + 1, right)
    return scores[places], risks, np.where(effective >= _LEAST / 2, np.minimum(bounds, 1), 1.0)


def _binned(scores: Floats, errors: Floats, weights: Floats) -> tuple[Floats, Floats]:
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, scores)
    wrong = np.bincount(bins, weights * errors, len(edges) + 1)
    mass = np.bincount(bins, weights, len(edges) + 1)
    counts = np.bincount(bins, minlength=len(edges) + 1)
    overall = wrong.sum() / mass.sum()
    return edges, (wrong / np.maximum(mass, 1e-9) * counts + 2 * overall) / (counts + 2)
