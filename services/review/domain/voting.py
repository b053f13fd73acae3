"""From votes to a decision: one after the other, until enough is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.review.domain.quality import Opinion, posterior

_TIE = 1e-9
"""Two probabilities this close are equal; no decision rests on the last bits of a float."""

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class VoteRule:
    """How many votes an item gets.

    Attributes:
        least: no decision on fewer votes, at least 1.
        most: after so many votes without agreement a lead decides; not below `least`.
        agree_at: the probability that a label needs, in (0, 1].
    """

    least: int
    most: int
    agree_at: float

    @property
    def is_single(self) -> bool:
        """Whether one vote decides, whoever cast it."""
        return self.least == self.most == 1


class VerdictKind(StrEnum):
    """How a vote stands."""

    DECIDED = "decided"
    MORE = "more"
    DISAGREED = "disagreed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the vote on an item stands.

    Attributes:
        label: what was decided, else None.
        probabilities: of each label, given the votes.
        wanted: how many further votes to ask for at once.
    """

    kind: VerdictKind
    label: str | None
    probabilities: Mapping[str, float]
    wanted: int = 0


def verdict(
    labels: Collection[str],
    opinions: Sequence[Opinion],
    rule: VoteRule,
    shares: Mapping[str, float] = _NONE,
) -> Verdict:
    """Decide, ask for more votes, or give up and ask a lead.

    The order of votes makes no difference. Of two labels equally likely none is decided.

    Args:
        labels: of the project.
        opinions: the votes so far.
        rule: of the project.
        shares: how often each label is true, see `posterior`.

    >>> from services.review.domain.quality import Skill
    >>> rule, vote = VoteRule(least=1, most=3, agree_at=0.95), Opinion(Skill(), "yes")
    >>> verdict(["yes", "no"], [vote], rule).kind.value
    'more'
    >>> verdict(["yes", "no"], [vote, vote], rule).label
    'yes'
    """
    probabilities = posterior(labels, opinions, shares)
    votes = len(opinions)
    if votes < rule.least:
        return Verdict(VerdictKind.MORE, None, probabilities, rule.least - votes)
    if rule.is_single and votes == 1:
        return Verdict(VerdictKind.DECIDED, opinions[0].said, probabilities)
    label = _leader(probabilities)
    if label is not None and probabilities[label] >= rule.agree_at:
        return Verdict(VerdictKind.DECIDED, label, probabilities)
    if votes < rule.most:
        return Verdict(VerdictKind.MORE, None, probabilities, 1)
    return Verdict(VerdictKind.DISAGREED, None, probabilities)


def _leader(probabilities: Mapping[str, float]) -> str | None:
    """The likeliest label, None if another is as likely."""
    best = max(probabilities, key=probabilities.__getitem__)
    rivals = (p for label, p in probabilities.items() if label != best)
    return best if probabilities[best] - max(rivals, default=0.0) > _TIE else None
