"""A queue with planted reviewers, whose truth is known to us and never to the rules."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.review.domain.quality import (
    SETTLED_WEIGHT,
    Estimate,
    Opinion,
    Skill,
    accuracy,
    learned,
)
from services.review.domain.standing import Tally, is_below
from services.review.domain.voting import Verdict, VerdictKind, VoteRule, verdict
from tests.dawid_skene import Vote


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planted, and the project's rules.

    Attributes:
        accuracies: of each reviewer; wrong answers are spread evenly over the other labels.
        bar: below it a reviewer is paused; 0 for never.
        first_gold: how many gold items a new reviewer gets before anything else.
        gold: the share of gold among their further answers.
        answers: the simulation ends when everybody who is not paused has given so many.
        estimate_at: after how many answers a reviewer's estimate is noted.
    """

    accuracies: tuple[float, ...] = (0.95, 0.8, 0.6, 0.2)
    labels: int = 5
    rule: VoteRule = VoteRule(least=1, most=3, agree_at=0.78)  # noqa: RUF009 - frozen
    bar: float = 0.6
    first_gold: int = 12
    gold: float = 0.1
    answers: int = 300
    estimate_at: int = 300

    @property
    def names(self) -> list[str]:
        """The labels' names, in the order of their numbers."""
        return [str(label) for label in range(self.labels)]


@dataclass(frozen=True, slots=True)
class Settled:
    """An item that votes settled.

    Attributes:
        late: whether everybody had been estimated before it came.
        sure: the probability of its label, as the votes told it.
    """

    item: int
    label: int
    votes: int
    kind: VerdictKind
    late: bool
    sure: float


@dataclass(slots=True)
class Outcome:
    """What happened.

    Attributes:
        truths: of each item, gold or not.
        known: the truth of gold items.
        votes: all votes, in order.
        paused: reviewer -> after how many answers.
        estimates: reviewer -> the estimate, and the share that truly was right so far.
    """

    skills: list[Skill]
    truths: list[int] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)
    votes: list[Vote] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    paused: dict[int, int] = field(default_factory=dict)
    estimates: dict[int, tuple[Estimate, float]] = field(default_factory=dict)

    def right(self, late: bool | None = None) -> float:
        """The share of settled items whose label is the truth."""
        chosen = [s for s in self.settled if late is None or s.late == late]
        return sum(s.label == self.truths[s.item] for s in chosen) / len(chosen)


def answer(chance: random.Random, plan: Plan, reviewer: int, truth: int) -> int:
    """What a planted reviewer says."""
    if chance.random() < plan.accuracies[reviewer]:
        return truth
    return (truth + chance.randrange(1, plan.labels)) % plan.labels


def simulate(seed: int, plan: Plan) -> Outcome:
    """Hand out items one by one, as the queue would."""
    return _Queue(random.Random(seed), plan).run()  # noqa: S311 - test data


def fixed_votes(seed: int, plan: Plan, items: int, each: int = 3) -> tuple[list[Vote], list[int]]:
    """The same number of votes on every item, by reviewers drawn at random; and the truths."""
    chance = random.Random(seed)  # noqa: S311 - test data
    truths = [chance.randrange(plan.labels) for _ in range(items)]
    votes = [
        Vote(item, reviewer, answer(chance, plan, reviewer, truth))
        for item, truth in enumerate(truths)
        for reviewer in chance.sample(range(len(plan.accuracies)), each)
    ]
    return votes, truths


def majority(votes: Sequence[Vote], items: int) -> list[int]:
    """The label most often said of each item; of equals the one said first, which is as random."""
    said: list[Counter[int]] = [Counter() for _ in range(items)]
    for vote in votes:
        said[vote.item][vote.label] += 1
    return [counts.most_common(1)[0][0] for counts in said]


class _Queue:
    def __init__(self, chance: random.Random, plan: Plan) -> None:
        self.chance, self.plan = chance, plan
        everyone = range(len(plan.accuracies))
        self.outcome = Outcome([Skill() for _ in everyone])
        self.answered, self.right, self.gold = ([0 for _ in everyone] for _ in range(3))

    def run(self) -> Outcome:
        while any(self.answered[r] < self.plan.answers for r in self._working()):
            self._settle(self.chance.randrange(self.plan.labels))
        return self.outcome

    def _settle(self, truth: int) -> None:
        late = all(reviewer in self.outcome.estimates for reviewer in self._working())
        said: dict[int, int] = {}
        for reviewer in self._asked(said):
            said[reviewer] = self._answer(reviewer, truth)
            result = self._verdict(said)
            if result.kind is not VerdictKind.MORE:
                break
        if not said:
            return
        result = self._verdict(said)
        item = self._keep(truth, said)
        label = max(range(self.plan.labels), key=lambda n: result.probabilities[str(n)])
        sure = result.probabilities[str(label)]
        self.outcome.settled.append(Settled(item, label, len(said), result.kind, late, sure))
        for reviewer, label in said.items():
            if len(said) > 1:
                self._learn(reviewer, label, result.probabilities, SETTLED_WEIGHT)
            self._judge(reviewer)

    def _asked(self, said: dict[int, int]) -> Iterator[int]:
        """Who comes by, gold items done, until nobody is left."""
        while left := [r for r in self._working() if r not in said]:
            reviewer = self.chance.choice(left)
            while self._wants_gold(reviewer):
                self._give_gold(reviewer)
            if reviewer not in self.outcome.paused:
                yield reviewer

    def _wants_gold(self, reviewer: int) -> bool:
        if reviewer in self.outcome.paused:
            return False
        return self.gold[reviewer] < self.plan.first_gold or self.chance.random() < self.plan.gold

    def _give_gold(self, reviewer: int) -> None:
        truth = self.chance.randrange(self.plan.labels)
        label = self._answer(reviewer, truth)
        self.gold[reviewer] += 1
        self.outcome.known[self._keep(truth, {reviewer: label})] = truth
        self._learn(reviewer, label, {str(truth): 1.0}, 1.0)
        self._judge(reviewer)

    def _answer(self, reviewer: int, truth: int) -> int:
        label = answer(self.chance, self.plan, reviewer, truth)
        self.answered[reviewer] += 1
        self.right[reviewer] += label == truth
        return label

    def _keep(self, truth: int, said: dict[int, int]) -> int:
        item = len(self.outcome.truths)
        self.outcome.truths.append(truth)
        self.outcome.votes.extend(Vote(item, reviewer, label) for reviewer, label in said.items())
        return item

    def _verdict(self, said: dict[int, int]) -> Verdict:
        opinions = [Opinion(self.outcome.skills[r], str(label)) for r, label in said.items()]
        return verdict(self.plan.names, opinions, self.plan.rule)

    def _learn(self, reviewer: int, label: int, truth: Mapping[str, float], weight: float) -> None:
        skills = self.outcome.skills
        skills[reviewer] = learned(skills[reviewer], str(label), truth, weight)

    def _judge(self, reviewer: int) -> None:
        skill, answered = self.outcome.skills[reviewer], self.answered[reviewer]
        if answered >= self.plan.estimate_at and reviewer not in self.outcome.estimates:
            share = self.right[reviewer] / answered
            self.outcome.estimates[reviewer] = (accuracy(skill, self.plan.names), share)
        if self.plan.bar and is_below(Tally.of(skill), self.plan.bar):
            self.outcome.paused.setdefault(reviewer, answered)

    def _working(self) -> list[int]:
        everyone = range(len(self.plan.accuracies))
        return [reviewer for reviewer in everyone if reviewer not in self.outcome.paused]
