"""Making what is missing in the ledger from what is there."""

import json
from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from services.review.domain import facts
from services.review.domain.cases import recall
from services.review.domain.facts import Case
from services.review.domain.ledger import Entry, Kind
from services.review.domain.queue import NewItem, Stage, Worth
from services.review.domain.routing import predicted_label
from services.review.ports import Transaction
from services.review.use_cases.settling import entry
from shared.events import DecidedBy
from shared.telling import Vote

log = structlog.get_logger()


def mend_item(transaction: Transaction, project: str, event_id: str) -> bool:
    """Let an event that nobody decides wait for people. True if it does now."""
    log.error("event_undecided", project=project, event_id=event_id)
    story = transaction.ledger.story(project, event_id, [Kind.ROUTED, Kind.DECIDED])
    if len(story) != 1 or story[0].kind is not Kind.ROUTED:
        return False
    item = transaction.items.of_event(project, event_id)
    if item is None:
        transaction.items.add([_item_of(project, event_id, story[0])])
    else:
        transaction.items.reopen(item.id, project, Stage.ROUTED, slots=1, anew=True)
    return True


def mend_correction(transaction: Transaction, project: str, event_id: str) -> bool:
    """Make the corrections that should follow people's decisions. True if they are there.

    A correction gets a new place in the ledger, so to the retrainer it is a new one, unless it
    came before: then it is refused there as `id_conflict`, and nothing is learned twice.
    """
    log.error("decision_uncorrected", project=project, event_id=event_id)
    kinds = [Kind.ROUTED, Kind.VOTED, Kind.DECIDED, Kind.CORRECTED]
    story = transaction.ledger.story(project, event_id, kinds)
    routed = next((e for e in story if e.kind is Kind.ROUTED), None)
    corrected = {e.revision for e in story if e.kind is Kind.CORRECTED}
    missing = [
        e
        for e in story
        if e.kind is Kind.DECIDED
        and e.detail == DecidedBy.REVIEWERS.value
        and e.revision not in corrected
    ]
    if routed is None:
        return False
    for decided in missing:
        case = recall(project, event_id, routed.body)
        _correct(transaction, case, decided, _votes_before(story, decided), amends=bool(corrected))
        corrected.add(decided.revision)
    return bool(missing)


def _correct(
    transaction: Transaction, case: Case, decided: Entry, votes: list[Vote], *, amends: bool
) -> None:
    label = json.loads(decided.body)["label"]
    verdict = facts.verdict(case, label, amends=amends)
    ruling = facts.Ruling(label, {label: 1.0}, verdict, votes, decided.at)
    detail = f"{case.route.reason.value}.{verdict.value}"
    body = facts.correction_body(ruling)
    sequence = transaction.ledger.append_one(
        entry(case, Kind.CORRECTED, decided.revision, detail, body, decided.at)
    )
    transaction.outbox.put([facts.correction(case, ruling, decided.revision, sequence)])


def _votes_before(story: Sequence[Entry], decided: Entry) -> list[Vote]:
    """The votes of the round that the decision ended."""
    bodies = [
        json.loads(e.body) for e in story if e.kind is Kind.VOTED and e.sequence < decided.sequence
    ]
    last = bodies[-1].get("round", 1) if bodies else 1
    return [msgspec.convert(body, Vote) for body in bodies if body.get("round", 1) == last]


def _item_of(project: str, event_id: str, routed: Entry) -> NewItem:
    case = recall(project, event_id, routed.body)
    deadline = json.loads(routed.body)["prediction"].get("deadline")
    predicted = predicted_label(case.probabilities)
    return NewItem(
        project,
        event_id,
        case.route.reason,
        routed.at,
        datetime.fromisoformat(deadline) if deadline else None,
        Worth(predicted, 1 - case.probabilities[predicted]),
        routed.at.timestamp(),
    )
