"""Suspected label errors: noticed as answers come in, and sent for a second look by leads."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.review.domain.access import User
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.observed import Answer
from services.review.domain.queue import Stage, leads_queue
from services.review.domain.suspects import (
    SecondLooks,
    Suspect,
    Trust,
    contradiction,
    is_confident,
)
from services.review.errors import NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.observing import Keep, Portion
from shared.clock import Clock
from shared.events import RouteReason
from shared.project import Project


class NoticeContradictions:
    """Keeps the answers that a model contradicts.

    Answers on random checks are left out: they are the evidence of a promise, which may not be
    picked over, and an error among them is confirmed by a second person anyway.
    """

    name = "suspects"

    def wanted(self, projects: Collection[Project]) -> Collection[Kind]:  # noqa: ARG002 - of all
        """Answers."""
        return (Kind.CORRECTED,)

    def see(self, _: Transaction, portion: Portion) -> Keep:
        """Take answers in."""
        return lambda transaction: self._keep(transaction, portion)

    def _keep(self, transaction: Transaction, portion: Portion) -> None:
        seen: dict[str, list[Answer]] = {}
        for answer in portion.answers:
            routed = answer.event.routed
            if routed.route.reason != RouteReason.AUDIT and routed.prediction.model.version:
                seen.setdefault(answer.project, []).append(answer)
        for project, answers in seen.items():
            _trust(transaction, project, answers)
            events = {answer.event.event_id for answer in answers}
            known = dict(transaction.suspects.of_events(project, events))
            for answer in answers:
                _take(transaction, known, answer)


def _trust(transaction: Transaction, project: str, answers: Sequence[Answer]) -> None:
    """Count what the model gave the labels that people settled on first."""
    trust = dict(transaction.suspects.trust(project))
    more: dict[str, Trust] = {}
    for answer in answers:
        if answer.before is None:
            given = answer.event.routed.prediction.probabilities.get(answer.label, 0.0)
            so_far = more.get(answer.label) or trust.get(answer.label, Trust())
            more[answer.label] = so_far.and_one(given)
    for label, counted in more.items():
        transaction.suspects.put_trust(project, label, counted)


def _take(transaction: Transaction, known: dict[str, Suspect], answer: Answer) -> None:
    """Keep or drop a suspect; `known` are those of the portion, as they are now."""
    project, event_id = answer.project, answer.event.event_id
    before = known.get(event_id)
    found = contradiction(answer.event.routed.prediction.probabilities, answer.label)
    if before is not None and before.sent_at is not None:
        suspect = replace(before, label=answer.label, changed=answer.label != before.label)
    elif found is not None:
        suspect = Suspect(project, event_id, answer.label, found, answer.at)
    else:
        if known.pop(event_id, None) is not None:
            transaction.suspects.drop(project, event_id)
        return
    known[event_id] = suspect
    transaction.suspects.put(suspect)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspect; whether the model is as sure as where people agree with it."""

    suspect: Suspect
    confident: bool


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Suspects, the worst first, and what came of earlier second looks."""

    worst: Sequence[Suspicion]
    counts: SecondLooks


class LookAgain:
    """What leads do about suspected label errors."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def suspicions(self, project: str, limit: int) -> Suspicions:
        """The most suspect answers of a project that nobody has looked at again.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            _check(transaction, project)
            trust = transaction.suspects.trust(project)
            worst = [
                Suspicion(suspect, is_confident(suspect.contradiction, trust))
                for suspect in transaction.suspects.worst(project, limit)
            ]
            return Suspicions(worst, transaction.suspects.counts(project))

    def send(self, project: str, event_ids: Collection[str], actor: User) -> list[str]:
        """Let leads who have not answered these events look at them again, without being told.

        They wait in the leads' queue. The decision in force stands until then.

        Returns:
            The events that were sent; others are no suspects, or were sent before.

        Raises:
            NotFound: no such project.
        """
        with self._store.write() as transaction:
            _check(transaction, project)
            known = transaction.suspects.of_events(project, event_ids)
            return [
                event_id
                for event_id in dict.fromkeys(event_ids)
                if event_id in known and self._send(transaction, known[event_id], actor)
            ]

    def _send(self, transaction: Transaction, suspect: Suspect, actor: User) -> bool:
        found = transaction.items.of_event(suspect.project, suspect.event_id)
        if suspect.sent_at is not None or found is None:
            return False
        item, now = transaction.items.lock(found.id), self._clock.now()
        if not item.settled:
            return False
        queue = leads_queue(suspect.project)
        transaction.items.reopen(item.id, queue, Stage.DOUBTED, slots=1)
        transaction.suspects.put(replace(suspect, sent_at=now))
        number = len(transaction.ledger.story(item.project, item.event_id, [Kind.DOUBTED])) + 1
        body = json.dumps({"actor": actor.name})
        new = NewEntry(item.project, Kind.DOUBTED, item.event_id, number, "doubted", body, now)
        transaction.ledger.append([new])
        return True


def _check(transaction: Transaction, project: str) -> None:
    if transaction.projects.get(project) is None:
        raise NotFound(f"there is no project {project!r}")
