"""What it would cost, and bring, to keep labels from learning so that they can be evidence.

Real events with the product's learner in the loop, and synthetic streams that change, under the
product's rules. *All*: every label is learned, and is evidence by what was said before. *Audits*:
answers to random checks are not learned. *Fold*: neither is a random 30 % of the others. *Anew*:
that, and only what was kept is evidence, scored anew with each version.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

from threadpoolctl import threadpool_limits
from typing_extensions import override

from benchmarks.certificate import certified, real
from benchmarks.certificate.certified import Label
from benchmarks.certificate.learners import Learner, Logistic
from benchmarks.certificate.outcome import Outcome, Promise, reopening
from benchmarks.certificate.policies import Product
from benchmarks.certificate.streams import HELD_OUT, Flags, Stream, make
from benchmarks.table import Figure, main
from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.design import designed, in_flight
from services.review.domain.certificate.evidence import WINDOW
from services.review.domain.certificate.risk import LEAST_EVIDENCE, Curve, curve
from services.review.domain.certificate.selector import threshold

_REAL = ("churn", "weather")
_SYNTHETIC = ("stationary", "abrupt", "inverted")
_EVENTS = 60_000


class Keeping(Product):
    """Keeps audits, and perhaps a fold of the other labels, from learning."""

    def __init__(self, promise: Promise, fold: Flags | None = None) -> None:
        super().__init__(promise)
        self._fold = fold

    @override
    def is_kept(self, label: Label) -> bool:
        """See `Policy`."""
        return label.audit or (self._fold is not None and bool(self._fold[label.event]))


class Anew(Keeping):
    """Scores what it has kept with each version that is about to serve."""

    def __init__(self, promise: Promise, fold: Flags) -> None:
        super().__init__(promise, fold)
        self._kept: list[Label] = []
        self._curve: Curve | None = None

    @override
    def terms(self) -> Terms:
        """See `Policy`."""
        return designed(self._terms, self._curve, in_flight(self._last))

    @override
    def threshold(self, block: Block) -> float | None:
        """See `Policy`."""
        self._last = block
        return threshold(self._curve, block)

    @override
    def take(self, label: Label) -> bool:
        """See `Policy`; the sentinel is the product's, on all labels, and forgets all of before."""
        if self.is_kept(label):
            self._kept.append(label)
        if not super().take(label):
            return False
        self._kept, self._curve = [], None
        return True

    @override
    def renew(self, learner: Learner, now: int) -> None:
        """See `Policy`."""
        self._kept = [label for label in self._kept if label.event >= now - WINDOW]
        if len(self._kept) < LEAST_EVIDENCE:
            self._curve = None
            return
        scores, wrongs = learner.judge([label.event for label in self._kept])
        weights = [1 / (k.probability if k.audit else HELD_OUT) for k in self._kept]
        self._curve = curve(zip(scores.tolist(), wrongs.tolist(), weights, strict=True))


POLICIES: dict[str, Callable[[Promise, Flags], Product]] = {
    "all": lambda promise, _: Product(promise),
    "audits": lambda promise, _: Keeping(promise),
    "fold": Keeping,
    "anew": Anew,
}


@dataclass(frozen=True)
class Played:
    """What came of one order.

    Attributes:
        figures: by name, less is better.
    """

    figures: dict[str, float]


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """The means over all seeds, of keeping nothing beside keeping something."""
    os.nice(10)
    plays = {name: partial(_real, name) for name in _REAL}
    plays |= {name: partial(_synthetic, name) for name in _SYNTHETIC}
    with threadpool_limits(1):
        return [f for name, play in plays.items() for f in _figures(name, play, arguments.seeds)]


def _figures(name: str, play: Callable[[str, int], Played], seeds: int) -> Iterator[Figure]:
    means: dict[str, dict[str, float]] = {}
    for method in POLICIES:
        played = [play(method, seed).figures for seed in range(seeds)]
        means[method] = {what: fmean(p[what] for p in played) for what in played[0]}
    for what, ours in means["all"].items():
        for method in [*POLICIES][1:]:
            theirs = means[method][what]
            yield Figure(f"{name}: {what}, all / {method}", ours, theirs, None, "", True)


def _real(name: str, method: str, seed: int) -> Played:
    source = real.SOURCES[name]
    stream, loop = real.begin(source, seed)
    outcome = _played(stream, loop, method, source.promise)
    return Played(
        {
            "reviews in 100": 100 * outcome.reviews,
            "wrong answers of the model in 100": 100 * fmean(loop.wrong),
            "log-loss of the model": fmean(loop.losses),
        }
    )


def _synthetic(name: str, method: str, seed: int) -> Played:
    stream = make(name, seed, _EVENTS)
    outcome = _played(stream, Logistic(stream), method, Promise())
    back = reopening(outcome, stream)
    figures = {"reviews in 100": 100 * outcome.reviews}
    return Played(figures | ({"events until 80 % is back": back[0]} if back else {}))


def _played(stream: Stream, learner: Learner, method: str, promise: Promise) -> Outcome:
    policy = POLICIES[method](promise, stream.held)
    return certified.play(stream, learner, policy, promise)


if __name__ == "__main__":
    main("held-out", measure, {}, {"seeds": (4, "orders, or coins where the order is given")})
