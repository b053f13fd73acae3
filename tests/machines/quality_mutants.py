"""Faults in what is learned of people, planted as those of `mutants.py` are."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import cycle

import pytest
from sqlmodel import col

from services.review.adapters.gold import SqlGoldItems, _person
from services.review.domain import gold, showing
from services.review.domain.gold import Purpose, Showing
from services.review.domain.queue import Item
from services.review.domain.reviewers import Reviewer, State
from services.review.tables import GoldAnswerRow
from services.review.use_cases import claiming, dealing, settling, teaching
from shared.project import Project


def the_hidden_are_shown(patch: pytest.MonkeyPatch) -> None:
    """Who was drawn to be shown nothing sees the model's answer."""
    patch.setattr(
        claiming, "sees_model", lambda item, project, _: showing.sees_model(item, project, 1.0)
    )


def chance_decides_anew(patch: pytest.MonkeyPatch) -> None:
    """Who is shown the model's answer is drawn for each claim instead of each event."""
    draws = cycle([0.1, 0.9])
    patch.setattr(
        claiming,
        "sees_model",
        lambda item, project, _: showing.sees_model(item, project, next(draws)),
    )


def undone_answers_still_sway(patch: pytest.MonkeyPatch) -> None:
    """An answer that disagreed and was taken back tells of the model's pull all the same."""

    def routed(item: Item, project: Project) -> bool:
        return item.stage.value == "routed" and showing.is_drawn(item, project)

    patch.setattr(teaching, "is_drawn", routed)


def what_is_undone_was_learned(patch: pytest.MonkeyPatch) -> None:
    """Taking an answer back takes nothing back of what it told."""
    patch.setattr(Reviewer, "untaught", lambda self, *_: self)


def lone_answers_teach(patch: pytest.MonkeyPatch) -> None:
    """Who answers alone is confirmed by their own answer."""

    def pupils(self: teaching.Lesson) -> dict[str, str]:
        return {b.reviewer: b.label for b in self.ballots} if self.truth else {}

    patch.setattr(teaching.Lesson, "pupils", pupils)


def amendments_say_the_same(patch: pytest.MonkeyPatch) -> None:
    """People who agree with what was decided at once decide it a second time."""
    patch.setattr(settling, "newest_decision", lambda *_: None)


def what_was_passed_on_comes_again(patch: pytest.MonkeyPatch) -> None:
    """Who skips gold is given it again."""

    def unanswered(
        self: SqlGoldItems, project: str, reviewer: str, purpose: Purpose
    ) -> Showing | None:
        mine = *_person(project, reviewer), col(GoldAnswerRow.purpose) == purpose.value
        return self._turn(*mine, col(GoldAnswerRow.at).is_(None))

    patch.setattr(SqlGoldItems, "open", unanswered)


def gold_is_kept_back(patch: pytest.MonkeyPatch) -> None:
    """What somebody gave back does not come again."""
    patch.setattr(dealing.GoldDeal, "given_back", lambda *_: [])


def gold_has_an_opinion(patch: pytest.MonkeyPatch) -> None:
    """A copy is shown with the model's answer, as no random check ever is."""
    copy = gold.lease_as_audit
    patch.setattr(claiming, "lease_as_audit", lambda *a: copy(*a)._replace(sees_model=True))


def the_paused_go_on(patch: pytest.MonkeyPatch) -> None:
    """Who is paused is given items all the same."""
    patch.setattr(claiming, "check_standing", lambda *_: None)


def old_evidence_stays(patch: pytest.MonkeyPatch) -> None:
    """Who is let back has the old evidence against them."""

    def qualified(self: Reviewer, now: datetime, by: str | None, reason: str) -> Reviewer:
        return replace(self, state=State.QUALIFIED, since=now, by=by, reason=reason)

    patch.setattr(Reviewer, "qualified", qualified)


def wrong_answers_pause_nobody(patch: pytest.MonkeyPatch) -> None:
    """Who has answered wrongly goes on."""
    patch.setattr(teaching, "pause_if_below", lambda reviewer, *_: reviewer)


QUALITY_MUTANTS: Sequence[Callable[[pytest.MonkeyPatch], None]] = (
    the_hidden_are_shown,
    chance_decides_anew,
    undone_answers_still_sway,
    what_is_undone_was_learned,
    lone_answers_teach,
    amendments_say_the_same,
    the_paused_go_on,
)

RARE_MUTANTS: Sequence[Callable[[pytest.MonkeyPatch], None]] = (
    what_was_passed_on_comes_again,
    gold_is_kept_back,
    gold_has_an_opinion,
    old_evidence_stays,
)
"""Seen in one life of hundreds: it takes minutes to meet it."""

STRICT_MUTANTS: Sequence[Callable[[pytest.MonkeyPatch], None]] = (wrong_answers_pause_nobody,)
