"""How good reviewers are, how far they agree, and how much the model's answer sways them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, tzinfo
from itertools import combinations
from statistics import fmean, median

from services.review.domain.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from services.review.domain.anchoring import effect
from services.review.domain.contribution import Impact
from services.review.domain.gold import Score
from services.review.domain.quality import Estimate, accuracy
from services.review.domain.reviewers import Arms, Reviewer
from services.review.domain.streaks import Streak, streak
from services.review.domain.votes import Ballot
from services.review.errors import NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.shares import LabelShares
from shared.clock import Clock
from shared.project import Project

_UNTOLD = timedelta(days=1)
_NEWEST = 10_000
"""Reports rest on so many newest answers of a project, so that they stay quick."""


@dataclass(frozen=True, slots=True)
class ReviewerReport:
    """How a reviewer is doing.

    Attributes:
        gold: how many gold items they have answered, in an exam too.
        answers: how many of the newest answers of the project are theirs.
        median_seconds: what they took for them, where their pages told.
        agreement: the share of others' answers on the same items that are like theirs.
    """

    reviewer: Reviewer
    accuracy: Estimate
    answers: int
    median_seconds: float | None
    gold: Score = Score()  # noqa: RUF009 - frozen
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two reviewers agree on the items that both answered."""

    reviewers: tuple[str, str]
    items: int
    cohen_kappa: float | None


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """How far reviewers agree; None where a measure is not defined."""

    items: int
    krippendorff_alpha: float | None
    fleiss_kappa: float | None
    pairs: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class AnchoringReport:
    """How much more often people say what the model says when they see it."""

    arms: Arms
    effect: Estimate


class MeasureReviewers:
    """Reports on reviewers, for leads; and for each of them on themselves."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._shares = LabelShares()

    def reviewers(self, project: str) -> Sequence[ReviewerReport]:
        """Everybody who has answered or of whom something is known, by name."""
        with self._store.read() as transaction:
            configuration = _existing(transaction, project)
            shares = self._shares.of(transaction, configuration, self._clock.now())
            scores = transaction.gold.scores(project)
            known = {reviewer.name: reviewer for reviewer in transaction.reviewers.of(project)}
            newest = transaction.votes.newest(project, _NEWEST)
        names = sorted(known.keys() | {ballot.reviewer for ballot in newest})
        said = _said(newest)
        return [
            replace(
                _report(known.get(name, Reviewer(project, name)), configuration, shares, newest),
                gold=scores.get(name, Score()),
                agreement=_alike(name, said),
            )
            for name in names
        ]

    def own(self, projects: Collection[str] | None, name: str) -> Mapping[str, Estimate]:
        """Somebody's own accuracy in each project where something is known of it."""
        with self._store.read() as transaction:
            found: dict[str, Estimate] = {}
            for state in transaction.projects.all():
                configuration = state.configuration
                reviewer = transaction.reviewers.get(configuration.name, name)
                if reviewer.skill.answered and (projects is None or configuration.name in projects):
                    shares = self._shares.of(transaction, configuration, self._clock.now())
                    found[configuration.name] = accuracy(
                        reviewer.skill, configuration.labels, shares
                    )
            return found

    def impact(self, projects: Collection[str] | None, name: str) -> Mapping[str, Impact]:
        """What somebody's answers came to in each project where they gave any.

        Those of the last day are left out: who saw which answers count would know the gold.
        """
        before = self._clock.now() - _UNTOLD
        with self._store.read() as transaction:
            names = [state.configuration.name for state in transaction.projects.all()]
            found = {
                project: transaction.outcomes.impact(project, name, before)
                for project in names
                if projects is None or project in projects
            }
        return {project: impact for project, impact in found.items() if impact.answers}

    def streaks(
        self, projects: Collection[str] | None, name: str, zone: tzinfo = UTC
    ) -> Mapping[str, Streak]:
        """Somebody's streak in each project where one lasts; for who asks, on themselves alone.

        Days are those of the zone; answers of the last 24 hours are left out, as in `impact`.
        """
        before = self._clock.now() - _UNTOLD
        with self._store.read() as transaction:
            names = [state.configuration.name for state in transaction.projects.all()]
            held = {
                project: transaction.outcomes.held(project, name, before, _NEWEST)
                for project in names
                if projects is None or project in projects
            }
        found = {
            project: streak((at.astimezone(zone).toordinal(), stood) for at, stood in answers)
            for project, answers in held.items()
        }
        return {project: lasting for project, lasting in found.items() if lasting.days}

    def agreement(self, project: str) -> AgreementReport:
        """How far reviewers agree on items that several answered."""
        with self._store.read() as transaction:
            _existing(transaction, project)
            said = _said(transaction.votes.newest(project, _NEWEST))
        shared = {item: votes for item, votes in said.items() if len(votes) > 1}
        names = sorted({name for votes in shared.values() for name in votes})
        pairs = [_pair(one, other, shared) for one, other in combinations(names, 2)]
        return AgreementReport(
            len(shared),
            krippendorff_alpha(shared),
            _fleiss(shared),
            [pair for pair in pairs if pair.items],
        )

    def anchoring(self, project: str) -> AnchoringReport:
        """The effect of showing the model's answer, where chance decided who saw it."""
        with self._store.read() as transaction:
            _existing(transaction, project)
            arms = [reviewer.arms for reviewer in transaction.reviewers.of(project)]
        total = Arms(
            sum(arm.shown for arm in arms),
            sum(arm.shown_agreed for arm in arms),
            sum(arm.hidden for arm in arms),
            sum(arm.hidden_agreed for arm in arms),
        )
        found = effect(total.shown_agreed, total.shown, total.hidden_agreed, total.hidden)
        return AnchoringReport(total, found)


_Said = Mapping[str, Mapping[str, str]]
"""Item and round -> reviewer -> label."""


def _existing(transaction: Transaction, project: str) -> Project:
    state = transaction.projects.get(project)
    if state is None:
        raise NotFound(f"there is no project {project!r}")
    return state.configuration


def _said(ballots: Sequence[Ballot]) -> dict[str, dict[str, str]]:
    said: dict[str, dict[str, str]] = {}
    for ballot in ballots:
        said.setdefault(f"{ballot.item_id}/{ballot.round}", {})[ballot.reviewer] = ballot.label
    return said


def _report(
    reviewer: Reviewer,
    project: Project,
    shares: Mapping[str, float],
    newest: Sequence[Ballot],
) -> ReviewerReport:
    own = [ballot for ballot in newest if ballot.reviewer == reviewer.name]
    seconds = [ballot.seconds_spent for ballot in own if ballot.seconds_spent is not None]
    return ReviewerReport(
        reviewer,
        accuracy(reviewer.skill, project.labels, shares),
        len(own),
        median(seconds) if seconds else None,
    )


def _alike(name: str, said: _Said) -> float | None:
    """The share of others' answers on the same items that are like somebody's."""
    alike = [
        label == votes[name]
        for votes in said.values()
        if name in votes
        for other, label in votes.items()
        if other != name
    ]
    return fmean(alike) if alike else None


def _pair(one: str, other: str, said: _Said) -> Pair:
    both = [
        (votes[one], votes[other]) for votes in said.values() if one in votes and other in votes
    ]
    return Pair((one, other), len(both), cohen_kappa(both))


def _fleiss(said: _Said) -> float | None:
    """Over the items with the commonest number of answers, since it needs the same on each."""
    sizes = Counter(len(votes) for votes in said.values())
    if not sizes:
        return None
    commonest = sizes.most_common(1)[0][0]
    return fleiss_kappa([Counter(v.values()) for v in said.values() if len(v) == commonest])
