"""Events made again from the ledger: the same documents, with the same ids."""

import json
from typing import Any

import msgspec

from services.review.domain import facts
from services.review.domain.cases import recall
from services.review.domain.ledger import Entry
from services.review.domain.versions import ASKED
from shared.events import (
    AutomationSwitched,
    CandidateRequested,
    CloudEvent,
    DecisionMade,
    EventType,
    Payload,
    ProjectConfigured,
    PromotionDecided,
    announce,
)
from shared.project import Project
from shared.telling import Told, Vote


def decision(project: str, entry: Entry) -> CloudEvent:
    """The decision that an entry records."""
    payload = DecisionMade.model_validate_json(entry.body)
    identity = f"{entry.subject}/{entry.revision}"
    return _announced(EventType.DECISION_MADE, payload, project, identity, entry)


def correction(project: str, entry: Entry, routed: str, voted: str | None) -> Told:
    """The correction that an entry records.

    Args:
        project: whose it is.
        entry: the correction's entry.
        routed: the body of the event's route.
        voted: the body of the first vote; needed only where the entry does not hold it.
    """
    content: dict[str, Any] = json.loads(entry.body)
    label = content["label"]
    votes = content.get("votes") or [json.loads(voted or "{}")]
    ruling = facts.Ruling(
        label,
        content.get("label_probabilities") or {label: 1.0},
        facts.Verdict(content["verdict"]),
        [msgspec.convert(vote, Vote) for vote in votes],
        entry.at,
    )
    case = recall(project, entry.subject, routed)
    return facts.correction(case, ruling, entry.revision, entry.sequence)


def configured(project: str, entry: Entry) -> CloudEvent:
    """The project file that an entry records."""
    content = json.loads(entry.body)
    payload = ProjectConfigured(
        configuration=Project.model_validate(content["configuration"]),
        policy_version=entry.revision,
        actor=content["actor"],
    )
    kind = EventType.PROJECT_CONFIGURED
    return _announced(kind, payload, project, str(entry.revision), entry)


def switched(project: str, entry: Entry) -> CloudEvent:
    """The stop or resumption that an entry records."""
    kind = (
        EventType.AUTOMATION_STOPPED if entry.detail == "stopped" else EventType.AUTOMATION_RESUMED
    )
    payload = AutomationSwitched.model_validate_json(entry.body)
    return _announced(kind, payload, project, str(entry.revision), entry)


def decided(project: str, entry: Entry) -> CloudEvent:
    """What a person has decided on a model version, or asked to be made of it."""
    identity = f"{entry.subject}/{entry.revision}"
    if entry.detail == ASKED:
        asked = CandidateRequested.model_validate_json(entry.body)
        return _announced(EventType.CANDIDATE_REQUESTED, asked, project, identity, entry)
    payload = PromotionDecided.model_validate_json(entry.body)
    return _announced(EventType.PROMOTION_DECIDED, payload, project, identity, entry)


def _announced(
    kind: EventType, payload: Payload, project: str, identity: str, entry: Entry
) -> CloudEvent:
    return announce(
        kind, payload, project=project, identity=identity, source=facts.SOURCE, time=entry.at
    )
