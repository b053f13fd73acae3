"""Plays a stream through the product's own gate, event by event."""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from benchmarks.certificate.learners import Learner
from benchmarks.certificate.outcome import Oracle, Outcome, Promise
from benchmarks.certificate.streams import Floats, Stream
from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.gate import Gate

BATCH = 100
"""Events between two versions of the model."""


class Label(NamedTuple):
    """What a person said.

    Attributes:
        event: its place in the stream.
        score: its score when it was ruled on.
        wrong: whether the person found an error.
        probability: with which a person was to see it.
        audit: whether it was in the lane.
        block: the block that it counts in; None if it counts in none.
    """

    event: int
    score: float
    wrong: bool
    probability: float
    audit: bool
    block: Block | None


class Policy(Protocol):
    """Chooses thresholds, and the terms of blocks."""

    def terms(self) -> Terms:
        """Of the block that begins now."""

    def threshold(self, block: Block) -> float | None:
        """See `gate.Threshold`."""

    def take(self, label: Label) -> bool:
        """A label came; whether the threshold may have changed by that."""

    def renew(self, learner: Learner, now: int) -> None:
        """A new version of the model is about to serve."""

    def is_kept(self, label: Label) -> bool:
        """Whether this label is kept from learning."""


@dataclass(frozen=True)
class People:
    """How people answer: so many events late, and overlooking so many of the errors."""

    delay: int = 0
    miss_rate: float = 0.0


class _Play:
    """A stream on its way through."""

    def __init__(self, stream: Stream, learner: Learner, policy: Policy, people: People) -> None:
        self._stream, self._learner, self._policy, self._people = stream, learner, policy, people
        self._gate = Gate(Block(1, policy.terms()))
        self._waiting: deque[Label] = deque()
        self._lessons: list[int] = []
        self._accepted = np.zeros(len(stream), bool)
        self._escaped = np.zeros(len(stream), bool)
        self.blocks: list[int] = [0]

    def batch(self, begin: int, end: int) -> Floats:
        """Rule on the events from `begin` to before `end`; their scores."""
        self._learner.learn(self._lessons)
        self._lessons = []
        self._policy.renew(self._learner, begin)
        scores, wrongs = self._learner.judge(slice(begin, end))
        draws = self._stream.draws[begin:end].tolist()
        self._ask()
        pairs = zip(scores.tolist(), wrongs.tolist(), draws, strict=True)
        for event, (score, wrong, draw) in enumerate(pairs, begin):
            while self._waiting and self._waiting[0].event + self._people.delay < event:
                self._answer(self._waiting.popleft())
            self._rule(event, score, draw, wrong=wrong)
        return scores

    def outcome(self, oracle: float) -> Outcome:
        """What has come of it."""
        return Outcome(self._accepted, self._escaped, self.blocks, oracle)

    def _ask(self) -> None:
        if self._gate.block.end is not None:
            self._gate = Gate(self._gate.block.next(self._policy.terms()))
            self.blocks.append(0)
        self._threshold = self._policy.threshold(self._gate.block)

    def _rule(self, event: int, score: float, draw: float, *, wrong: bool) -> None:
        block = self._gate.block
        ruling = self._gate.rule(score, self._threshold, draw)
        if not ruling.review:
            self._accepted[event] = True
            if wrong:
                self._escaped[event] = True
                self.blocks[-1] += 1
            if block.end is not None:
                self._ask()
            return
        seen = wrong and bool(self._stream.luck[event] >= self._people.miss_rate)
        counted = block if ruling.counted else None
        label = Label(event, score, seen, ruling.probability, ruling.inside, counted)
        if self._people.delay:
            self._waiting.append(label)
        else:
            self._answer(label)

    def _answer(self, label: Label) -> None:
        changed = False
        if label.block is not None:
            label.block.settle(wrong=label.wrong)
            changed = self._gate.block.end is not None
        if not self._policy.is_kept(label):
            self._lessons.append(label.event)
        if self._policy.take(label) or changed:
            self._ask()


def play(
    stream: Stream, learner: Learner, policy: Policy, promise: Promise, people: People | None = None
) -> Outcome:
    """The whole stream; the oracle is asked where the learner knows the truth."""
    course = _Play(stream, learner, policy, people or People())
    oracle = Oracle(promise.alpha)
    true_risk = getattr(learner, "true_risk", None)
    for begin in range(0, len(stream), BATCH):
        events = slice(begin, min(begin + BATCH, len(stream)))
        scores = course.batch(events.start, events.stop)
        if true_risk is not None:
            oracle.see(scores, true_risk(events))
    return course.outcome(oracle.share)
