"""Whether somebody may work: pauses by the rules, pauses and their end by a lead."""

import json
from datetime import datetime

from services.review.domain.access import ADMIN, User
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.reviewers import Reviewer, State
from services.review.errors import NotFound, Paused
from services.review.ports import Store, Transaction
from shared.clock import Clock
from shared.project import Project


def check_standing(transaction: Transaction, project: Project, reviewer: User) -> None:
    """Let nobody work who may not.

    Raises:
        Paused: the reviewer is paused.
    """
    standing = transaction.reviewers.get(project.name, reviewer.name)
    if standing.state is State.PAUSED:
        who = standing.by or "the rules"
        raise Paused(
            f"paused by {who} since {standing.since}: {standing.reason}; ask a lead of "
            f"{project.name!r}, who can let you go on by POST "
            f"/v1/projects/{project.name}/reviewers/{reviewer.name}/resume"
        )


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
            resumed = reviewer.let_back(now, actor.name, reason)
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
