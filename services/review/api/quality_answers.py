"""What the routes about reviewers give."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.review.domain.contribution import Impact
from services.review.domain.quality import Estimate
from services.review.domain.reviewers import Reviewer, State
from services.review.domain.streaks import Streak
from services.review.use_cases.measuring import AgreementReport, AnchoringReport, ReviewerReport


class EstimateAnswer(BaseModel):
    """A figure with its 95 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """From an estimate."""
        return cls(mean=estimate.mean, low=estimate.low, high=estimate.high)


class StandingAnswer(BaseModel):
    """Whether a reviewer may work; `by` is null where the rules decided."""

    reviewer: str
    state: State
    since: datetime | None
    by: str | None
    reason: str | None

    @classmethod
    def of(cls, reviewer: Reviewer) -> Self:
        """From a reviewer."""
        return cls(
            reviewer=reviewer.name,
            state=reviewer.state,
            since=reviewer.since,
            by=reviewer.by,
            reason=reviewer.reason,
        )


class ReviewerAnswer(StandingAnswer):
    """How a reviewer is doing; `answers` and what follows count the project's newest 10,000."""

    accuracy: EstimateAnswer
    known: float
    gold_seen: int
    gold_right: int
    answers: int
    median_seconds: float | None
    agreement: float | None

    @classmethod
    def about(cls, report: ReviewerReport) -> Self:
        """From a report."""
        return cls(
            **dict(StandingAnswer.of(report.reviewer)),
            accuracy=EstimateAnswer.of(report.accuracy),
            known=report.reviewer.skill.answered,
            gold_seen=report.gold.seen,
            gold_right=report.gold.right,
            answers=report.answers,
            median_seconds=report.median_seconds,
            agreement=report.agreement,
        )


class ReviewersAnswer(BaseModel):
    """The reviewers of a project, by name."""

    reviewers: list[ReviewerAnswer]


class PairAnswer(BaseModel):
    """How far two reviewers agree."""

    reviewers: list[str]
    items: int
    cohen_kappa: float | None


class AgreementAnswer(BaseModel):
    """How far reviewers agree, beyond chance; null where a measure is not defined."""

    items: int
    krippendorff_alpha: float | None
    fleiss_kappa: float | None
    pairs: list[PairAnswer]

    @classmethod
    def of(cls, report: AgreementReport) -> Self:
        """From a report."""
        pairs = [
            PairAnswer(reviewers=list(p.reviewers), items=p.items, cohen_kappa=p.cohen_kappa)
            for p in report.pairs
        ]
        return cls(
            items=report.items,
            krippendorff_alpha=report.krippendorff_alpha,
            fleiss_kappa=report.fleiss_kappa,
            pairs=pairs,
        )


class AnchoringAnswer(BaseModel):
    """How much more often people say what the model says when they see it."""

    shown: int
    shown_agreed: int
    hidden: int
    hidden_agreed: int
    effect: EstimateAnswer

    @classmethod
    def of(cls, report: AnchoringReport) -> Self:
        """From a report."""
        arms = report.arms
        return cls(
            shown=arms.shown,
            shown_agreed=arms.shown_agreed,
            hidden=arms.hidden,
            hidden_agreed=arms.hidden_agreed,
            effect=EstimateAnswer.of(report.effect),
        )


class ImpactAnswer(BaseModel):
    """What one's answers came to: how many counted, and how many became the decision.

    Of these, `corrected` put a model right, which learns from each.
    """

    answers: int
    stood: int
    corrected: int

    @classmethod
    def of(cls, impact: Impact) -> Self:
        """From the counts."""
        return cls(answers=impact.answers, stood=impact.stood, corrected=impact.corrected)


class OwnImpactAnswer(BaseModel):
    """What one's own answers came to by project, those of the last day left out."""

    projects: dict[str, ImpactAnswer]


class StreakAnswer(BaseModel):
    """Days in a row on which one's answers stood, and what they are worth.

    A day counts with ten answers of which eight in ten stood, by the share that did; a day with
    fewer answers is left out and breaks nothing. Days are those of UTC.
    """

    days: int
    worth: float

    @classmethod
    def of(cls, lasting: Streak) -> Self:
        """From a streak."""
        return cls(days=lasting.days, worth=lasting.worth)


class OwnStreaksAnswer(BaseModel):
    """One's own streak by project where one lasts, answers of the last day left out."""

    projects: dict[str, StreakAnswer]


class OwnQualityAnswer(BaseModel):
    """One's own accuracy by project, where something is known of it."""

    projects: dict[str, EstimateAnswer]
