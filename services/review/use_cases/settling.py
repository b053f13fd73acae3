"""Settling an item: decision, correction and what leaves are one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.review.domain import facts
from services.review.domain.cases import recall
from services.review.domain.facts import Case
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.queue import Item, Stage
from services.review.domain.votes import Ballot
from services.review.metrics import Metrics
from services.review.ports import AuditAnswer, Transaction
from shared.events import DecidedBy, RouteReason
from shared.telling import Told, Vote
from shared.tracing import UNTRACED, Traces


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision in force on an event."""

    project: str
    event_id: str
    revision: int
    label: str
    decided_by: DecidedBy
    decided_at: datetime


class Settle:
    """Makes decisions and corrections, within a transaction."""

    def __init__(self, metrics: Metrics, traces: Traces = UNTRACED) -> None:
        self._metrics = metrics
        self._traces = traces

    def by_people(
        self,
        transaction: Transaction,
        item: Item,
        label: str,
        probabilities: Mapping[str, float],
        ballots: Sequence[Ballot],
    ) -> Decided:
        """Let people's answer be the decision, and a correction for those who learn.

        A decision that says the same as the one in force is not repeated, except to who appealed:
        they are owed an answer.
        """
        case, at = case_of(transaction, item.project, item.event_id), ballots[-1].at
        decided, leaving = newest_decision(transaction, item), list[Told]()
        if decided is None or decided.label != label or item.stage is Stage.APPEALED:
            made = (DecidedBy.REVIEWERS, at)
            decided, event = self._decide(transaction, item, case, label, made)
            leaving.append(event)
        earlier = _corrections(transaction, item)
        if decided.revision not in earlier:
            ruling = facts.Ruling(
                label,
                probabilities,
                facts.verdict(case, label, amends=bool(earlier)),
                [Vote(reviewer=b.reviewer, label=b.label, at=b.at) for b in ballots],
                at,
            )
            leaving.append(self._correct(transaction, case, ruling, decided.revision))
        transaction.outbox.put(leaving)
        tell_block(transaction, item, ballots[-1].at, wrong=label != item.predicted)
        transaction.items.settle(item.id, label, decided.revision)
        return decided

    def otherwise(
        self,
        transaction: Transaction,
        item: Item,
        label: str,
        made: tuple[DecidedBy, facts.Because, datetime],
    ) -> Decided:
        """Let a label be the decision although nobody has answered: by whom, why and when."""
        by, because, at = made
        case = case_of(transaction, item.project, item.event_id)
        decided, event = self._decide(transaction, item, case, label, (by, at), because)
        transaction.outbox.put([event])
        return decided

    def _decide(
        self,
        transaction: Transaction,
        item: Item,
        case: Case,
        label: str,
        made: tuple[DecidedBy, datetime],
        because: facts.Because | None = None,
    ) -> tuple[Decided, Told]:
        by, at = made
        decided = Decided(item.project, item.event_id, item.decisions + 1, label, by, at)
        event = facts.decision(case, decided.revision, label, by, at)
        body = facts.decision_body(event, because)
        new = entry(case, Kind.DECIDED, decided.revision, by.value, body, at)
        transaction.ledger.append([new])
        self._metrics.decisions.labels(item.project, by.value).inc()
        step = self._traces.begin("decide", case.traceparent)
        step.end(project=item.project, revision=decided.revision, decided_by=by.value)
        return decided, event

    def _correct(
        self, transaction: Transaction, case: Case, ruling: facts.Ruling, revision: int
    ) -> Told:
        detail = f"{case.route.reason.value}.{ruling.verdict.value}"
        body = facts.correction_body(ruling)
        new = entry(case, Kind.CORRECTED, revision, detail, body, ruling.at)
        sequence = transaction.ledger.append_one(new)
        self._metrics.corrections.labels(case.project, ruling.verdict.value).inc()
        step = self._traces.begin("correct", case.traceparent)
        step.end(project=case.project, revision=revision, verdict=ruling.verdict.value)
        return facts.correction(case, ruling, revision, sequence)


def tell_block(transaction: Transaction, item: Item, at: datetime, *, wrong: bool | None) -> None:
    """Leave word for the block in which an audit counts; None: its answer was taken back."""
    if item.reason is RouteReason.AUDIT:
        transaction.blocks.answer(item.project, AuditAnswer(item.event_id, wrong, at))


def newest_decision(transaction: Transaction, item: Item) -> Decided | None:
    """The decision in force, if there is one."""
    if not item.decisions:
        return None
    newest = transaction.ledger.story(item.project, item.event_id, [Kind.DECIDED])[-1]
    return Decided(
        item.project,
        item.event_id,
        newest.revision,
        json.loads(newest.body)["label"],
        DecidedBy(newest.detail),
        newest.at,
    )


def case_of(transaction: Transaction, project: str, event_id: str) -> Case:
    """What the ledger holds of an event."""
    body = transaction.ledger.known(project, Kind.ROUTED, [event_id])[event_id]
    return recall(project, event_id, body)


def entry(
    about: Case | Item, kind: Kind, revision: int, detail: str, body: str, at: datetime
) -> NewEntry:
    """An entry about an event."""
    return NewEntry(about.project, kind, about.event_id, revision, detail, body, at)


def _corrections(transaction: Transaction, item: Item) -> set[int]:
    """The revisions at which the event was corrected already."""
    if not item.decisions:
        return set()
    story = transaction.ledger.story(item.project, item.event_id, [Kind.CORRECTED])
    return {correction.revision for correction in story}
