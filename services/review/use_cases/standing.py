"""Whether somebody may work: exams, pauses by the rules, pauses and their end by a lead."""

import json
from datetime import datetime

from services.review.domain.access import ADMIN, Permission, User
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.reviewers import Reviewer, State
from services.review.errors import NotFound, NotQualified, Paused
from services.review.ports import Store, Transaction
from services.review.use_cases.attempts import attempt_of, way_on
from shared.clock import Clock
from shared.project import Exam, Project


def check_standing(transaction: Transaction, project: Project, user: User) -> None:
    """Let nobody work who may not.

    Raises:
        Paused: the reviewer is paused.
        NotQualified: the reviewer has an exam to pass first.
    """
    reviewer = transaction.reviewers.get(project.name, user.name)
    refuse_paused(reviewer)
    exam = exam_before(reviewer, project, user)
    if exam is not None:
        raise NotQualified(way_on(reviewer, attempt_of(transaction, exam, reviewer)))


def refuse_paused(reviewer: Reviewer) -> None:
    """Let nobody work who is paused.

    Raises:
        Paused: the reviewer is.
    """
    if reviewer.state is State.PAUSED:
        who = reviewer.by or "the rules"
        raise Paused(
            f"paused by {who} since {reviewer.since}: {reviewer.reason}; ask a lead of "
            f"{reviewer.project!r}, who can let you go on by POST "
            f"/v1/projects/{reviewer.project}/reviewers/{reviewer.name}/resume"
        )


def exam_before(reviewer: Reviewer, project: Project, user: User) -> Exam | None:
    """The exam that somebody has to pass before they work; leads have none."""
    must = reviewer.state is State.TRAINING and not user.may(Permission.LEAD)
    return project.quality.exam if must else None


def pause_if_below(reviewer: Reviewer, project: Project, now: datetime) -> Reviewer:
    """The reviewer, paused if the evidence says that they are below the project's bar."""
    bar = project.quality.pause_below
    if not reviewer.should_pause(bar):
        return reviewer
    seen = reviewer.evidence
    reason = (
        f"{seen.right:.1f} of {seen.answered:.1f} answers whose truth is known were right, which "
        f"is less than {bar:.0%} beyond reasonable doubt"
    )
    return reviewer.paused(now, None, reason)


def record_standing(transaction: Transaction, reviewer: Reviewer, now: datetime) -> None:
    """Keep a reviewer whose state has changed, and write it down."""
    transaction.reviewers.put(reviewer)
    earlier = transaction.ledger.story(reviewer.project, reviewer.name, [Kind.REVIEWER])
    body = {"state": reviewer.state.value, "actor": reviewer.by, "reason": reviewer.reason}
    transaction.ledger.append(
        [
            NewEntry(
                reviewer.project,
                Kind.REVIEWER,
                reviewer.name,
                len(earlier) + 1,
                reviewer.state.value,
                json.dumps(body),
                now,
            )
        ]
    )


class KeepStanding:
    """What a lead does about who may work."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def pause(self, project: str, name: str, actor: User, reason: str) -> Reviewer:
        """Let somebody claim nothing more in a project; what they hold they may still answer.

        Raises:
            NotFound: there is no such user.
        """
        with self._store.write() as transaction:
            reviewer = _known(transaction, project, name)
            now = self._clock.now()
            paused = reviewer.paused(now, actor.name, reason)
            record_standing(transaction, paused, now)
            return paused

    def resume(self, project: str, name: str, actor: User, reason: str) -> Reviewer:
        """Let somebody work, also without an exam; the evidence against them begins anew.

        Raises:
            NotFound: there is no such user.
        """
        with self._store.write() as transaction:
            reviewer = _known(transaction, project, name)
            now = self._clock.now()
            resumed = reviewer.qualified(now, actor.name, reason)
            record_standing(transaction, resumed, now)
            return resumed


def _known(transaction: Transaction, project: str, name: str) -> Reviewer:
    """Somebody's standing, locked."""
    if transaction.projects.get(project) is None:
        raise NotFound(f"there is no project {project!r}")
    if name != ADMIN.name and transaction.users.account(name) is None:
        raise NotFound(
            f"there is no user {name!r}; GET /v1/projects/{project}/reviewers names them"
        )
    (reviewer,) = transaction.reviewers.lock(project, {name})
    return reviewer
