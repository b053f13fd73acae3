"""What is played: each row a stream, a promise and people; each method on the same seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.certificate import certified, peers
from benchmarks.certificate.certified import People
from benchmarks.certificate.learners import Hostile, Learner, Logistic
from benchmarks.certificate.outcome import Outcome, Promise, reopening
from benchmarks.certificate.policies import Product, Reckless
from benchmarks.certificate.prototype import Prototype
from benchmarks.certificate.streams import NAMES, Stream, make

PRODUCT = "product"
PROTOTYPE = "prototype"
HOSTILE = "hostile"
PEERS = ("fixed .9", "calibrated", "conformal")

_EVENTS = 60_000
_SHORT = 20_000
_MISSED = 0.2
_PROMISE = Promise()
_PROMPT = People()


class Play(NamedTuple):
    """What came of one seed, small enough to be sent between processes."""

    row: str
    method: str
    seed: int
    reviews: float
    oracle: float
    broken: int
    blocks: int
    first: int
    reopened: int | None
    escapes: int | None


@dataclass(frozen=True)
class Row:
    """One setting.

    Attributes:
        name: for the table.
        stream: which one.
        promise: what is asked.
        events: how long the stream is.
        people: how they answer.
        declared: η, as the policy names it.
        share: of all seeds, how many are played.
        methods: who plays.
    """

    name: str
    stream: str
    promise: Promise = _PROMISE
    events: int = _EVENTS
    people: People = _PROMPT
    declared: float = 0.0
    share: float = 1.0
    methods: tuple[str, ...] = (PRODUCT,)

    def seeds(self, method: str, seeds: int) -> range:
        """Which seeds this method plays: peers and prototype a quarter of them."""
        share = self.share if method in {PRODUCT, HOSTILE} else self.share / 4
        return range(max(2, round(seeds * share)))


def _stationary(budget: int, events: int, share: float) -> Row:
    promise = Promise(window=20 * budget)
    methods = (PRODUCT, PROTOTYPE)
    return Row(f"stationary, B = {budget:,}", "stationary", promise, events, share=share,
               methods=methods)  # fmt: skip


def _hostile(name: str, people: People, declared: float = 0.0) -> Row:
    return Row(name, "stationary", _PROMISE, _SHORT, people, declared, methods=(HOSTILE,))


STREAMS = tuple(Row(name, name, methods=(PRODUCT, PROTOTYPE, *PEERS)) for name in NAMES)
BUDGETS = (
    _stationary(125, _EVENTS, 0.25),
    _stationary(2_000, 240_000, 0.125),
    _stationary(10_000, 600_000, 0.05),
)
LATE = tuple(
    Row(
        f"stationary, answers {delay:,} events late", "stationary", people=People(delay), share=0.25
    )
    for delay in (500, 2_000)
)
HOSTILES = (
    _hostile("all wrong", _PROMPT),
    _hostile("all wrong, answers 500 late", People(500)),
    _hostile("all wrong, answers 2,000 late", People(2_000)),
    _hostile("all wrong, 20 % of errors overlooked, declared", People(0, _MISSED), _MISSED),
    _hostile("all wrong, 20 % of errors overlooked, not declared", People(0, _MISSED)),
)
ROWS = {row.name: row for row in (*STREAMS, *BUDGETS, *LATE, *HOSTILES)}


def play(task: tuple[str, str, int]) -> Play:
    """One row by one method with one seed."""
    name, method, seed = task
    row = ROWS[name]
    stream = make(row.stream, seed, row.events)
    outcome = _PLAYERS.get(method, _by_rule)(row, method, stream)
    return summary(task, outcome, row.promise, reopening(outcome, stream))


def summary(
    task: tuple[str, str, int],
    outcome: Outcome,
    promise: Promise,
    reopened: tuple[int, int] | None = None,
) -> Play:
    """The figures of one outcome."""
    after, escapes = reopened or (None, None)
    return Play(
        *task,
        outcome.reviews,
        outcome.oracle,
        sum(wrong > promise.budget for wrong in outcome.blocks),
        len(outcome.blocks),
        outcome.first,
        after,
        escapes,
    )


def _product(row: Row, _: str, stream: Stream) -> Outcome:
    policy = Product(row.promise, row.declared)
    return certified.play(stream, Logistic(stream), policy, row.promise, row.people)


def _prototype(row: Row, _: str, stream: Stream) -> Outcome:
    policy = Prototype(row.promise, stream.held)
    return certified.play(stream, Logistic(stream), policy, row.promise, row.people)


def _hostile_model(row: Row, _: str, stream: Stream) -> Outcome:
    policy = Reckless(row.promise, row.declared)
    return certified.play(stream, Hostile(), policy, row.promise, row.people)


def _by_rule(row: Row, method: str, stream: Stream) -> Outcome:
    return uncertified(method, stream, Logistic(stream), row.promise)


def uncertified(method: str, stream: Stream, learner: Learner, promise: Promise) -> Outcome:
    """A stream under one of the `PEERS`."""
    rule = dict(zip(PEERS, _rules(promise), strict=True))[method]
    return peers.play(stream, learner, rule, promise)


def _rules(promise: Promise) -> Sequence[peers.Rule]:
    return peers.Fixed(), peers.Calibrated(promise), peers.Conformal(promise)


_PLAYERS: dict[str, Callable[[Row, str, Stream], Outcome]] = {
    PRODUCT: _product,
    PROTOTYPE: _prototype,
    HOSTILE: _hostile_model,
}
