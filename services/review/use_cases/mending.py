"""Making what is missing in the ledger from what is there."""

import json
from datetime import datetime

import structlog

from services.review.domain import facts
from services.review.domain.cases import recall
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.queue import NewItem
from services.review.ports import Transaction
from shared.events import DecidedBy, Vote

log = structlog.get_logger()


def mend_item(transaction: Transaction, project: str, event_id: str) -> bool:
    """Let an event that nobody decides wait for people. True if it does now."""
    log.error("event_undecided", project=project, event_id=event_id)
    story = transaction.ledger.story(project, event_id, [Kind.ROUTED, Kind.DECIDED])
    if len(story) != 1 or story[0].kind is not Kind.ROUTED:
        return False
    if not transaction.items.reopen(project, event_id):
        content = json.loads(story[0].body)
        reason = recall(project, event_id, story[0].body).route.reason
        deadline = content["prediction"].get("deadline")
        transaction.items.add(
            [
                NewItem(
                    project,
                    event_id,
                    reason,
                    story[0].at,
                    datetime.fromisoformat(deadline) if deadline else None,
                )
            ]
        )
    return True


def mend_decision(transaction: Transaction, project: str, event_id: str) -> bool:
    """Make what should follow a vote: the decision and the correction. True if they are there.

    The correction gets a new place in the ledger, so to the retrainer it is a new one, unless it
    came before: then it is refused there as `id_conflict`, and nothing is learned twice.
    """
    log.error("vote_uncorrected", project=project, event_id=event_id)
    kinds = [Kind.ROUTED, Kind.VOTED, Kind.DECIDED, Kind.CORRECTED]
    story = {entry.kind: entry for entry in transaction.ledger.story(project, event_id, kinds)}
    routed, voted, decided = (story.get(kind) for kind in kinds[:3])
    if routed is None or voted is None or Kind.CORRECTED in story:
        return False
    case = recall(project, event_id, routed.body)
    vote = Vote.model_validate(json.loads(voted.body))
    at, people = voted.at, DecidedBy.REVIEWERS

    def entry(kind: Kind, detail: str, body: str) -> NewEntry:
        return NewEntry(project, kind, event_id, 1, detail, body, at)

    if decided is None:
        decision = facts.decision(case, 1, vote.label, people, at)
        body = facts.decision_body(decision)
        transaction.ledger.append_one(entry(Kind.DECIDED, people.value, body))
        transaction.outbox.put([decision])
    verdict = "confirmed" if facts.is_confirmed(case, vote.label) else "corrected"
    body = facts.correction_body(vote.label, verdict, [vote])
    detail = f"{case.route.reason.value}.{verdict}"
    sequence = transaction.ledger.append_one(entry(Kind.CORRECTED, detail, body))
    transaction.outbox.put([facts.correction(case, 1, sequence, vote.label, [vote], at)])
    return True
