"""How good reviewers are, and what their answers are worth together: Dawid-Skene, online.

Each reviewer has a confusion matrix, P(said | truth), known only as far as gold items and settled
items have told. Dawid and Skene (1979) estimate such matrices and the truth in turns over a
finished data set; here both are kept up to date answer by answer, as in online EM (Cappé and
Moulines 2009), so that voting can stop as soon as enough is known.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from services.review.domain import beta

SETTLED_WEIGHT = 0.5
"""The weight of an answer on an item that votes settled: its truth is only believed."""

_EXPECTED_ACCURACY = 6 / 7
_EXPECTED_WORTH = 7.0
"""An unknown reviewer counts like one who was right in 6 of 7 answers."""

_ROW_WORTH = 10.0
"""How many answers on a label it takes to outweigh what is known of the reviewer as a whole."""

_MEMORY = 0.999
"""What remains of a count after each further answer: 37 % after 1,000."""

_TRACE = 0.001
"""Counts below this are dropped, or 1,000 labels would leave 1,000 crumbs an answer."""

_OPEN_MIND = 0.05
"""The part of the prior that label frequencies cannot take away from a rare label."""

_LEAST_LOG = -600.0
"""Keeps the probability of a label above 0 where exp() would underflow."""

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Skill:
    """What is known about a reviewer; `Skill()` is one of whom nothing is known.

    Attributes:
        counts: true label -> said label -> how often that happened: soft, decayed, and without the
            prior. What never happened is not there, so a thousand labels cost nothing.
    """

    counts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def answered(self) -> float:
        """How many answers the counts stand for."""
        return math.fsum(count for row in self.counts.values() for count in row.values())

    @property
    def right(self) -> float:
        """How many of them were right."""
        return math.fsum(row.get(truth, 0.0) for truth, row in self.counts.items())

    def to_json(self) -> str:
        """For keeping; the same skill gives the same text."""
        counts = {truth: dict(row) for truth, row in self.counts.items()}
        return msgspec.json.encode(counts, order="sorted").decode()

    @classmethod
    def from_json(cls, text: str) -> "Skill":
        """Read back what `to_json` wrote.

        Raises:
            msgspec.DecodeError: the text is not what `to_json` writes.
        """
        return cls(msgspec.json.decode(text, type=dict[str, dict[str, float]]))


@dataclass(frozen=True, slots=True)
class Opinion:
    """One vote, as the posterior sees it.

    Attributes:
        skill: of the reviewer, as known at the time.
        said: the label that was voted for.
    """

    skill: Skill
    said: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    mean: float
    low: float
    high: float


def likelihood(skill: Skill, truth: str, said: str, labels: Collection[str]) -> float:
    """The posterior mean of P(said | truth) for a reviewer.

    The row of a true label has a Dirichlet prior worth 10 answers (`_ROW_WORTH`) with a strong
    diagonal: its centre is the reviewer's own share of right answers over all labels (itself with
    a Beta(6, 1) prior), the rest spread evenly over the other labels. So what a reviewer shows on
    some labels is believed of the others until they show otherwise; with hundreds of labels
    hardly a row would ever be learned alone. (A hierarchical prior as in Kim and Ghahramani 2012;
    the numbers were chosen by simulation, see `benchmarks/reviewers.py`.)

    >>> round(likelihood(Skill(), "yes", "yes", ["yes", "no"]), 3)
    0.857
    """
    return _Confusion.of(skill, labels).chance(truth, said)


def posterior(
    labels: Collection[str], opinions: Sequence[Opinion], shares: Mapping[str, float] = _NONE
) -> dict[str, float]:
    """The probability of each label, given the votes and who cast them.

    The order of opinions makes no difference, not even in the last bit. A vote for a label that
    the project no longer has says nothing. The model's prediction has no place here: an audit
    that began with what the model thinks would find few of its errors.

    Args:
        labels: of the project, without repetition.
        opinions: the votes.
        shares: how often each label is true (any scale), as the prior; uniform if empty.

    >>> votes = [Opinion(Skill(), "yes"), Opinion(Skill(), "yes")]
    >>> {label: round(p, 2) for label, p in posterior(["yes", "no"], votes).items()}
    {'yes': 0.97, 'no': 0.03}
    """
    prior = _prior(labels, shares)
    told = [
        (_Confusion.of(opinion.skill, prior), opinion.said)
        for opinion in opinions
        if opinion.said in prior
    ]
    logs = {
        truth: math.fsum([math.log(p), *(math.log(who.chance(truth, said)) for who, said in told)])
        for truth, p in prior.items()
    }
    highest = max(logs.values())
    masses = {label: math.exp(max(log - highest, _LEAST_LOG)) for label, log in logs.items()}
    total = math.fsum(masses.values())
    return {label: mass / total for label, mass in masses.items()}


def learned(skill: Skill, said: str, truth: Mapping[str, float], weight: float = 1.0) -> Skill:
    """What is known of a reviewer after one more answer whose truth became known.

    Never to be called with the posterior of a lone vote: it holds nothing that the reviewer did
    not say, and would only make them surer of themselves.

    Args:
        skill: what was known before.
        said: the answer.
        truth: the probability of each label; of a gold item 1 for its label, of a settled item
            the posterior of all its votes.
        weight: 1 for gold; less (`SETTLED_WEIGHT`) for what votes settled.

    >>> learned(Skill(), "no", {"yes": 1.0}).counts
    {'yes': {'no': 1.0}}
    """
    counts = {
        label: {answer: count * _MEMORY for answer, count in row.items()}
        for label, row in skill.counts.items()
    }
    for label, probability in truth.items():
        gained = probability * weight
        if gained >= _TRACE:
            row = counts.setdefault(label, {})
            row[said] = row.get(said, 0.0) + gained
    kept = {
        label: {answer: count for answer, count in row.items() if count >= _TRACE}
        for label, row in counts.items()
    }
    return Skill({label: row for label, row in kept.items() if row})


def unlearned(skill: Skill, said: str, truth: Mapping[str, float], weight: float = 1.0) -> Skill:
    """What was known before an answer that was just learned and then taken back.

    >>> before = learned(Skill(), "no", {"no": 1.0})
    >>> unlearned(learned(before, "no", {"yes": 1.0}), "no", {"yes": 1.0}) == before
    True
    """
    counts = {label: dict(row) for label, row in skill.counts.items()}
    for label, probability in truth.items():
        row = counts.get(label, {})
        if said in row:
            row[said] -= probability * weight
    kept = {
        label: {answer: count / _MEMORY for answer, count in row.items() if count >= _TRACE}
        for label, row in counts.items()
    }
    return Skill({label: row for label, row in kept.items() if row})


def accuracy(
    skill: Skill, labels: Collection[str], shares: Mapping[str, float] = _NONE
) -> Estimate:
    """The share of right answers that a reviewer gives, over labels as frequent as `shares`.

    The interval is that of the Beta distribution with the same mean and variance; the variance is
    that of the rows, plus that of the centre as far as the rows still rest on it.

    >>> estimate = accuracy(Skill(), ["yes", "no"])
    >>> round(estimate.low, 2), round(estimate.mean, 2), round(estimate.high, 2)
    (0.47, 0.86, 1.0)
    """
    prior = _prior(labels, shares)
    known = _Confusion.of(skill, prior)
    mean = variance = leaning = 0.0
    for truth, share in prior.items():
        right, worth = known.chance(truth, truth), known.worth(truth)
        mean += share * right
        variance += share * share * right * (1 - right) / (worth + 1)
        leaning += share * _ROW_WORTH / worth
    centre = known.centre
    variance += leaning**2 * centre * (1 - centre) / (_EXPECTED_WORTH + skill.answered + 1)
    return _beta_interval(mean, variance)


def _beta_interval(mean: float, variance: float) -> Estimate:
    if mean >= 1:
        return Estimate(1.0, 1.0, 1.0)
    worth = mean * (1 - mean) / variance - 1
    a, b = mean * worth, (1 - mean) * worth
    return Estimate(mean, beta.quantile(0.025, a, b), beta.quantile(0.975, a, b))


@dataclass(frozen=True, slots=True)
class _Confusion:
    """A reviewer's matrix over a project's labels, as far as it is known.

    Attributes:
        centre: the posterior mean of the share of right answers, over all labels together.
        elsewhere: what each wrong label gets where nothing more is known.
    """

    counts: Mapping[str, Mapping[str, float]]
    labels: Collection[str]
    centre: float
    elsewhere: float

    @classmethod
    def of(cls, skill: Skill, labels: Collection[str]) -> "_Confusion":
        if len(labels) == 1:
            return cls({}, labels, 1.0, 0.0)
        right = _EXPECTED_ACCURACY * _EXPECTED_WORTH + skill.right
        centre = right / (_EXPECTED_WORTH + skill.answered)
        return cls(skill.counts, labels, centre, (1 - centre) / (len(labels) - 1))

    def chance(self, truth: str, said: str) -> float:
        """The posterior mean of P(said | truth)."""
        expected = self.centre if said == truth else self.elsewhere
        row = self.counts.get(truth)
        if row is None:
            return expected
        return (_ROW_WORTH * expected + row.get(said, 0.0)) / self.worth(truth)

    def worth(self, truth: str) -> float:
        """How many answers a row rests on; those with labels that no longer exist left out."""
        row = self.counts.get(truth, _NONE)
        return _ROW_WORTH + math.fsum(n for said, n in row.items() if said in self.labels)


def _prior(labels: Collection[str], shares: Mapping[str, float]) -> dict[str, float]:
    """The prior of each label: its share, a little of it uniform so that none is impossible."""
    total = math.fsum(shares.get(label, 0.0) for label in labels)
    even = 1 / len(labels)
    if total <= 0:
        return dict.fromkeys(labels, even)
    return {
        label: (1 - _OPEN_MIND) * shares.get(label, 0.0) / total + _OPEN_MIND * even
        for label in labels
    }
