"""A reviewer of a project: what is known of them, and whether they may work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.review.domain.quality import Skill, learned, unlearned
from services.review.domain.standing import Tally, is_below


class State(StrEnum):
    """Where a reviewer stands."""

    TRAINING = "training"
    """Has not passed an exam; that matters only where the project has one."""
    QUALIFIED = "qualified"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Arms:
    """Answers on torn items where chance decided whether the model's answer was shown.

    Attributes:
        shown: how many saw it, and how many of these said the same.
        hidden: the same for those who did not.
    """

    shown: int = 0
    shown_agreed: int = 0
    hidden: int = 0
    hidden_agreed: int = 0

    def plus(self, *, saw_model: bool, agreed: bool, answers: int = 1) -> "Arms":
        """With one more answer, or with -1 `answers` as before it."""
        shown, hidden = (answers, 0) if saw_model else (0, answers)
        return Arms(
            max(0, self.shown + shown),
            max(0, self.shown_agreed + shown * agreed),
            max(0, self.hidden + hidden),
            max(0, self.hidden_agreed + hidden * agreed),
        )


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What is known of a reviewer in a project; as given here: nothing.

    Attributes:
        dealt: how many items the reviewer was given, hidden gold too; counted where there is gold.
        evidence: known answers since the reviewer last began or was let back.
        since: when the state began.
        by: who brought it about; None: the rules.
    """

    project: str
    name: str
    skill: Skill = field(default_factory=Skill)
    evidence: Tally = Tally(0.0, 0.0)  # noqa: RUF009 - frozen
    arms: Arms = Arms()
    dealt: int = 0
    state: State = State.TRAINING
    since: datetime | None = None
    by: str | None = None
    reason: str | None = None

    def taught(self, said: str, truth: Mapping[str, float], weight: float) -> "Reviewer":
        """After one more answer whose truth became known, see `quality.learned`."""
        right = self.evidence.right + weight * truth.get(said, 0.0)
        return replace(
            self,
            skill=learned(self.skill, said, truth, weight),
            evidence=Tally(right, self.evidence.answered + weight),
        )

    def dealt_in_all(self, items: int) -> "Reviewer":
        """After having been given so many items in all."""
        return replace(self, dealt=items)

    def untaught(self, said: str, truth: Mapping[str, float], weight: float) -> "Reviewer":
        """As before an answer that was taken back."""
        right = self.evidence.right - weight * truth.get(said, 0.0)
        return replace(
            self,
            skill=unlearned(self.skill, said, truth, weight),
            evidence=Tally(max(0.0, right), max(0.0, self.evidence.answered - weight)),
        )

    def taught_anew(
        self, said: str, before: Mapping[str, float], truth: Mapping[str, float], weight: float
    ) -> "Reviewer":
        """After an answer that was held against what was believed `before` has a better truth.

        It is no further answer: evidence that has begun anew since then hears nothing of it.
        """
        gained = weight * (truth.get(said, 0.0) - before.get(said, 0.0))
        right = min(max(0.0, self.evidence.right + gained), self.evidence.answered)
        return replace(
            self,
            skill=learned(unlearned(self.skill, said, before, weight), said, truth, weight),
            evidence=Tally(right, self.evidence.answered),
        )

    def should_pause(self, bar: float | None) -> bool:
        """Whether the evidence says that they are below a project's bar."""
        return bar is not None and self.state is not State.PAUSED and is_below(self.evidence, bar)

    def paused(self, now: datetime, by: str | None, reason: str) -> "Reviewer":
        """May not work until a lead lets them back."""
        return replace(self, state=State.PAUSED, since=now, by=by, reason=reason)

    def qualified(self, now: datetime, by: str | None, reason: str) -> "Reviewer":
        """May work; the evidence so far is behind them, the skill is kept."""
        return self._anew(State.QUALIFIED, now, by, reason)

    def sent_back(self, now: datetime, by: str | None, reason: str) -> "Reviewer":
        """Has to pass the exam from its beginning."""
        return self._anew(State.TRAINING, now, by, reason)

    def _anew(self, state: State, now: datetime, by: str | None, reason: str) -> "Reviewer":
        none = Tally(0.0, 0.0)
        return replace(self, state=state, since=now, by=by, reason=reason, evidence=none)
